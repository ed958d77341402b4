//! Who somebody is to the queue, and how far they may go.

use std::sync::Arc;

use capnweb_runtime::policy::Expiry;
use capnweb_runtime::{Membrane, Revoker};

use super::pace::Pace;
use crate::model::{Charter, Quota, Submitter, TaskType, Terms, Timestamp};
use crate::service::refusal::Refusal;

/// Who somebody is to the queue, and how far they may go: what every object goes by that they were
/// handed.
#[derive(Debug, Clone)]
pub(in crate::service) struct Seat {
    pub(in crate::service) submitter: Submitter,
    pub(in crate::service) terms: Terms,
    /// Their own and those of everybody above them.
    paces: Vec<Arc<Pace>>,
    /// Takes back whatever they were handed, and those below them.
    revoker: Revoker,
}

impl Seat {
    /// A supervisor's who has come through no reference.
    pub(in crate::service) fn supervisor() -> Self {
        Self {
            submitter: Submitter::SUPERVISOR,
            terms: Terms::EVERYTHING,
            paces: Vec::new(),
            revoker: Revoker::new(),
        }
    }

    /// Creates the seat of an account that is below this one's.
    pub(super) fn below(&self, charter: &Charter, now: Timestamp) -> Self {
        let mut paces = self.paces.clone();
        let own = charter.terms.quotas.per_second;
        paces.extend(own.map(|own| Arc::new(Pace::new(own, now))));
        Self {
            submitter: charter.submitter.clone(),
            terms: self.terms.meet(&charter.terms),
            paces,
            revoker: self.revoker.child(),
        }
    }

    /// Refuses tasks of a type that is not for them.
    pub(in crate::service) fn check_type(&self, kind: &TaskType) -> Result<(), Refusal> {
        if self.terms.types.contains(kind) {
            Ok(())
        } else {
            Err(Refusal::TypeNotAllowed(kind.clone()))
        }
    }

    /// Lets so many submissions through, all or none, unless they come too fast.
    pub(in crate::service) fn admit(&self, count: usize, now: Timestamp) -> Result<(), Refusal> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        let full = self.paces.iter().position(|pace| !pace.take(count, now));
        let Some(full) = full else {
            return Ok(());
        };
        for taken in self.paces.iter().take(full) {
            taken.give_back(count);
        }
        let max = self.paces.get(full).map_or(0, |pace| pace.per_second());
        Err(Refusal::QuotaReached {
            quota: Quota::PerSecond,
            max: max.into(),
        })
    }

    pub(super) const fn revoker(&self) -> &Revoker {
        &self.revoker
    }

    /// Returns a membrane around whatever is handed out for this seat, until then at the longest.
    pub(super) fn membrane(&self, expires: Option<Timestamp>, now: Timestamp) -> Membrane {
        match expires {
            Some(at) => {
                let expiry = Expiry::after(at.saturating_since(now));
                Membrane::under_with_policy(&self.revoker, expiry)
            }
            None => Membrane::under(&self.revoker),
        }
    }
}
