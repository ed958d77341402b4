//! The right to settle a promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::call::Call;
use super::cap::{Cap, Outcome};
use super::charge::Charge;
use super::graveyard::bury;
use super::promise::{PromiseCell, promise};
use super::session::Session;
use super::weight::weight;
use super::{Stub, Value};
use crate::error::Error;
use crate::value::Path;

/// The right to settle a promise, once. Dropped unused, the promise fails.
pub(crate) struct Resolver {
    cell: Option<Arc<PromiseCell>>,
    permit: Option<Permit>,
    charge: Option<Arc<Charge>>,
    session: Option<Session>,
}

impl Resolver {
    pub(super) const fn new(cell: Arc<PromiseCell>) -> Self {
        Self {
            cell: Some(cell),
            permit: None,
            charge: None,
            session: None,
        }
    }

    /// Settles the promise. A value that is itself a promise is followed, not delivered (protocol
    /// S-31).
    pub(crate) fn settle(mut self, outcome: Outcome) {
        if let Some(cell) = self.cell.take() {
            drop(self.permit.take());
            let outcome = self.pay(&cell, outcome);
            cell.store(outcome);
            cell.drain();
        }
    }

    /// Charges the peer on whose behalf the call is made with what it gets.
    fn pay(&mut self, cell: &PromiseCell, outcome: Outcome) -> Outcome {
        let Some(charge) = self.charge.take() else {
            return outcome;
        };
        let paid = outcome
            .as_ref()
            .map_or(Ok(()), |value| charge.add(weight(value)));
        cell.charge_to(charge);
        match paid {
            Ok(()) => outcome,
            Err(error) => {
                bury(outcome);
                Err(error)
            }
        }
    }

    /// Makes the promise another name for `next`.
    pub(crate) fn follow(self, next: Cap) {
        self.settle(Ok(Value::Capability(Stub::promise(next))));
    }

    /// Settles the promise with what `adapt` makes of the outcome of `source`. Letting go of the
    /// promise before that lets go of `source`.
    pub(crate) fn settle_from(
        self,
        source: &Cap,
        adapt: impl FnOnce(&Outcome) -> Outcome + Send + 'static,
    ) {
        self.wait_for(source);
        source.when_settled(Box::new(move |outcome| self.settle(adapt(outcome))));
    }

    /// Keeps `source` from being released until the promise has settled, or nobody wants it.
    pub(super) fn wait_for(&self, source: &Cap) {
        if let Some(cell) = &self.cell {
            cell.wait_for(source.clone());
        }
    }

    /// Holds `permit` until the promise settles.
    pub(crate) fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// Counts the result as kept for a peer, beside what is charged already.
    pub(crate) fn with_charge(mut self, charge: Option<Arc<Charge>>) -> Self {
        self.charge = charge;
        self
    }

    /// Creates a promise that is made for the same peer, and kept for it.
    pub(super) fn beside(&self) -> (Cap, Self) {
        let (promise, result) = promise();
        let result = result.with_charge(self.charge.clone());
        (promise, result.on_behalf_of(self.session.clone()))
    }

    /// Names the session on whose behalf the call is made.
    pub(crate) fn for_session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Returns the session on whose behalf the call is made.
    pub(crate) fn session(&self) -> Option<Session> {
        self.session.clone()
    }

    /// Like [`for_session`](Self::for_session), where there may be none.
    pub(crate) fn on_behalf_of(mut self, session: Option<Session>) -> Self {
        self.session = session;
        self
    }

    /// Describes the call to its handler.
    pub(crate) fn describe(&self) -> Call {
        Call::new(self.session.clone(), self.cell.clone())
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            cell.store(Err(Error::new(
                "The call was dropped before it gave a result.",
            )));
            cell.drain();
        }
    }
}

/// The calls of one peer that have started and not settled (protocol L-17).
#[derive(Clone)]
pub(crate) struct CallsInFlight {
    taken: Arc<AtomicUsize>,
    limit: usize,
}

impl CallsInFlight {
    /// Creates the count, with a limit.
    pub(crate) fn new(limit: usize) -> Self {
        let taken = Arc::default();
        Self { taken, limit }
    }

    /// Takes a place for a call along a path, if there is one.
    pub(crate) fn permit(&self, path: &Path) -> Result<Permit, Error> {
        if path.segments().len() > MAX_STEPS {
            let text = format!("The path has more than {MAX_STEPS} steps.");
            return Err(Error::range_error(text));
        }
        let limit = self.limit;
        Permit::take(&self.taken, limit)
            .ok_or_else(|| Error::new(format!("Too many calls in flight: more than {limit}.")))
    }
}

/// The longest path that is followed: each step through a capability is taken by recursion.
const MAX_STEPS: usize = 128;

/// A place among the calls in flight, given back when dropped.
pub(crate) struct Permit(Arc<AtomicUsize>);

impl Permit {
    /// Takes a place, if fewer than `limit` are taken.
    fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| {
                (n < limit).then(|| n.saturating_add(1))
            })
            .ok()?;
        Some(Self(Arc::clone(taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
