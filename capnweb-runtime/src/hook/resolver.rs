//! The right to settle a promise.

use std::sync::Arc;

use super::call::Call;
use super::cap::{Cap, Outcome};
use super::charge::Charge;
use super::graveyard::bury;
use super::lane::Lane;
use super::promise::{PromiseCell, promise};
use super::session::Session;
use super::weight::weight;
use super::{Stub, Value};
use crate::counters::Counters;
use crate::error::Error;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::value::Path;

/// The right to settle a promise, once. Dropped unused, the promise fails.
pub(crate) struct Resolver {
    cell: Option<Arc<PromiseCell>>,
    permit: Option<Arc<Permit>>,
    charge: Option<Arc<Charge>>,
    session: Option<Session>,
    counters: Option<Counters>,
}

impl Resolver {
    pub(super) const fn new(cell: Arc<PromiseCell>) -> Self {
        Self {
            cell: Some(cell),
            permit: None,
            charge: None,
            session: None,
            counters: None,
        }
    }

    /// Settles the promise. A value that is itself a promise is followed, not delivered (protocol
    /// S-31).
    pub(crate) fn settle(mut self, outcome: Outcome) {
        if let Some(cell) = self.cell.take() {
            self.count(&outcome);
            drop(self.permit.take());
            let outcome = self.pay(&cell, outcome);
            cell.store(outcome);
            cell.drain();
        }
    }

    /// Settles the promise while the work for it goes on: the place among the calls in flight stays
    /// taken for as long as what this returns is kept.
    pub(super) fn settle_early(self, outcome: Outcome) -> Option<Arc<Permit>> {
        let permit = self.permit.clone();
        self.settle(outcome);
        permit
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

    /// Holds `permit` until the promise settles, and whatever is called on the way to that.
    pub(crate) fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(Arc::new(permit));
        self
    }

    /// Counts how the call ends.
    pub(crate) fn counted(mut self, counters: Counters) -> Self {
        counters.call_started();
        self.counters = Some(counters);
        self
    }

    fn count(&mut self, outcome: &Outcome) {
        if let Some(counters) = self.counters.take() {
            counters.call_ended(outcome);
        }
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
        (promise, result.on_behalf_of(self))
    }

    /// Returns the session on whose behalf the call is made.
    pub(super) const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Names the session on whose behalf the call is made.
    pub(crate) fn for_session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Makes the call part of the one that `caller` answers: for the same session, in the same
    /// place among its calls in flight.
    pub(crate) fn on_behalf_of(mut self, caller: &Self) -> Self {
        self.session.clone_from(&caller.session);
        self.permit.clone_from(&caller.permit);
        self
    }

    /// Notes that the call has to wait in a queue; returns whether its session is still there.
    pub(super) fn has_to_wait(&self) -> bool {
        match (&self.session, &self.cell) {
            (Some(session), Some(cell)) => session.has_to_wait(cell),
            _ => true,
        }
    }

    /// Describes the call to its handler, which starts now.
    pub(crate) fn describe(&self) -> Call {
        Call::new(self.session.clone(), self.cell.clone())
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            let outcome = Err(Error::new("The call was dropped before it gave a result."));
            self.count(&outcome);
            cell.store(outcome);
            cell.drain();
        }
    }
}

/// The calls of one peer that have started and not settled (protocol L-17).
#[derive(Clone)]
pub(crate) struct CallsInFlight {
    taken: Arc<AtomicUsize>,
    limit: usize,
    counters: Counters,
    lane: Lane,
}

impl CallsInFlight {
    /// Creates the count, with a limit.
    pub(crate) fn new(limit: usize, counters: Counters) -> Self {
        Self {
            taken: Arc::default(),
            limit,
            counters,
            lane: Lane::new(),
        }
    }

    /// Counts the call that this settles, and gives it a place, if one is left for a call along such
    /// a path.
    pub(crate) fn admit(
        &self,
        path: &Path,
        result: Resolver,
    ) -> Result<Resolver, (Resolver, Error)> {
        match self.permit(path) {
            Ok(permit) => Ok(result.with_permit(permit).counted(self.counters.clone())),
            Err(error) => Err((result, error)),
        }
    }

    /// Returns how many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// Returns where the longer ones of them queue.
    pub(super) const fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Returns what counts this peer's doings.
    pub(super) const fn counters(&self) -> &Counters {
        &self.counters
    }

    fn permit(&self, path: &Path) -> Result<Permit, Error> {
        if path.segments().len() > MAX_STEPS {
            self.counters.call_refused("path_steps");
            let text = format!("The path has more than {MAX_STEPS} steps.");
            return Err(Error::range_error(text).public());
        }
        let limit = self.limit;
        Permit::take(&self.taken, limit).ok_or_else(|| {
            self.counters.call_refused("max_calls_in_flight");
            Error::new(format!("Too many calls in flight: more than {limit}.")).public()
        })
    }
}

/// The longest path that is followed: each step through a capability is taken by recursion.
const MAX_STEPS: usize = 128;

/// A place among the calls in flight, given back when dropped.
pub(crate) struct Permit(Arc<AtomicUsize>);

impl Permit {
    /// Takes a place, if fewer than `limit` are taken.
    pub(crate) fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
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
