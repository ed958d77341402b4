//! Queues that can do less than the one they are of.

use std::fmt;
use std::sync::Arc;

use super::invitation::restricted;
use super::office::{finish, rule};
use super::seat::Seat;
use super::served::info;
use crate::caps::{
    AccountInfo, AccountsRevoked, Restriction, Revoking, SubmitterStub, TaskQueueStub,
};
use crate::engine::{Command, Govern};
use crate::model::AccountId;
use crate::service::hub::Hub;
use crate::service::queue::ServedQueue;
use crate::service::refusal::Refusal;

/// Keeps the account of a restricted queue as long as somebody holds the queue.
pub(in crate::service) struct Restricted {
    hub: Arc<Hub>,
    id: AccountId,
}

/// Makes a queue that can do less than its holder can.
pub(in crate::service) async fn restrict(
    hub: &Arc<Hub>,
    above: &Seat,
    wish: Restriction,
) -> Result<SubmitterStub, Refusal> {
    let now = hub.clock.now();
    let mut charter = restricted(wish, &above.submitter, now)?;
    let seat = above.below(&charter, now);
    charter.terms = seat.terms.clone();
    let id = charter.submitter.account().ok_or(Refusal::NoSuchAccount)?;
    let rule = rule(&charter);
    let membrane = hub.directory.enter_restricted(charter, &seat, now)?;
    let hub = Arc::clone(hub);
    let held = Restricted { hub, id };
    if let Some(rule) = rule {
        held.hub.owner.apply(rule).await?;
    }
    let queue = TaskQueueStub::new(ServedQueue::restricted(Arc::clone(&held.hub), seat, held));
    let queue: SubmitterStub = queue.attenuate();
    Ok(membrane.outward(&queue))
}

/// Lists the queues that were restricted from those of a seat.
pub(in crate::service) fn list(hub: &Hub, above: &Seat) -> Vec<AccountInfo> {
    let entries = hub.directory.list().into_iter();
    let below = entries.filter(|entry| entry.is_restricted_below(&above.submitter));
    below.filter_map(|entry| info(&entry)).collect()
}

/// Takes a queue away that was restricted from those of a seat, and all below it.
pub(in crate::service) async fn revoke(
    hub: &Hub,
    above: &Seat,
    id: &str,
    how: Revoking,
) -> Result<AccountsRevoked, Refusal> {
    let id = id.parse().map_err(|_| Refusal::NoSuchAccount)?;
    let found = hub.directory.find(id);
    // Another's is as good as none.
    if !found.is_some_and(|entry| entry.is_restricted_below(&above.submitter)) {
        return Err(Refusal::NoSuchAccount);
    }
    let closed = hub.directory.close(id, false, hub.clock.now());
    let reason = how.reason.as_deref().unwrap_or("the queue was revoked");
    for revoker in &closed.revokers {
        revoker.revoke(reason);
    }
    finish(hub, closed, how.cancel).await
}

impl Drop for Restricted {
    fn drop(&mut self) {
        self.hub.directory.forget_restricted(self.id);
        let (account, quotas) = (self.id, None);
        let lapse = Command::Govern(Govern { account, quotas });
        self.hub.owner.tell(lapse);
    }
}

impl fmt::Debug for Restricted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Restricted").field(&self.id).finish()
    }
}
