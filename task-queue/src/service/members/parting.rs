//! What happens when a worker that has joined is there no longer.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::heartbeat::Manner;
use super::present::Present;
use crate::engine::{Command, Disconnect, Leave, Revoke};
use crate::model::{AccountId, EndReason, Worker, WorkerId};
use crate::service::hub::{Hub, reason};
use crate::service::refusal::Refusal;

/// Tells the scheduler that the connection of a worker has ended.
pub(super) async fn gone(hub: Arc<Hub>, present: Arc<Present>, manner: Manner) {
    if !hub.members.take_this(&present) {
        // It has left, or has come back on another connection.
        return;
    }
    let worker = present.worker;
    present.end(GONE);
    hub.live.end_lingering_of(worker, GONE);
    let command = match manner {
        Manner::Closed => Command::Leave(Leave { worker }),
        Manner::Lost => Command::Disconnect(Disconnect { worker }),
    };
    insist(&hub, command).await;
}

/// Takes from a worker what it was handed when it joined, and tells it why.
pub(in crate::service) fn dismiss(hub: &Arc<Hub>, worker: WorkerId, why: EndReason) {
    hub.live.end_lingering_of(worker, reason(why));
    let Some(present) = hub.members.take(worker) else {
        return;
    };
    if why == EndReason::WorkerLeft {
        return present.end_answering(reason(why));
    }
    present.end(reason(why));
    present.tell_that_it_ended(why, hub.times.stopping);
}

/// Dismisses all workers that have joined on these accounts, for good; their tasks go to others.
///
/// Each was sent word of it when this returns, so that what they came through can be taken back.
pub(in crate::service) async fn dismiss_all_of(
    hub: &Hub,
    accounts: &[AccountId],
) -> Result<(), Refusal> {
    let accounts = accounts.to_vec();
    let theirs = hub.owner.read(move |state| {
        let workers = state.workers().into_iter();
        let theirs = workers.filter(|worker| !worker.is_revoked() && is_of(worker, &accounts));
        theirs.map(|worker| worker.id).collect::<Vec<_>>()
    });
    for worker in theirs.await? {
        let present = hub.members.find(worker);
        let revoked = hub.owner.apply(Command::Revoke(Revoke { worker })).await;
        match revoked {
            // It has left meanwhile.
            Ok(()) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(refusal),
        }
        if let Some(present) = present {
            present.tell_that_it_ended(EndReason::WorkerRevoked, hub.times.stopping);
        }
    }
    Ok(())
}

fn is_of(worker: &Worker, accounts: &[AccountId]) -> bool {
    let account = worker.member.as_ref().and_then(|member| member.account);
    account.is_some_and(|account| accounts.contains(&account))
}

/// Tells a worker that it gets no more tasks.
pub(in crate::service) fn tell_to_drain(hub: &Hub, worker: WorkerId) {
    let Some(present) = hub.members.find(worker) else {
        return;
    };
    let patience = hub.times.stopping;
    drop(tokio::spawn(async move {
        drop(timeout(patience, present.agent.drain()).await);
    }));
}

/// Applies a command; while what it changes cannot be stored, again and again.
pub(super) async fn insist(hub: &Hub, command: Command) {
    while let Err(refusal) = hub.owner.apply(command.clone()).await {
        if !refusal.is_unstored() {
            return;
        }
        sleep(UNTIL_STORED).await;
    }
}

const GONE: &str = "the worker's connection has ended";

/// How long it takes until what could not be stored is tried again.
const UNTIL_STORED: Duration = Duration::from_secs(1);
