//! The right to settle a promise.

use std::sync::Arc;

use super::cell::PromiseCell;
use super::local::promise;
use crate::audit::Decision;
use crate::error::Error;
use crate::hook::cap::{Cap, Outcome};
use crate::hook::deadline::Deadline;
use crate::hook::hardening::{Charge, Permit, bury, is_flat, weight};
use crate::hook::note::Note;
use crate::hook::served::Call;
use crate::hook::session::Session;
use crate::hook::waiter::Waiter;
use crate::hook::wrapper::{Passage, data_only};
use crate::hook::{Stub, Value};

/// The right to settle a promise, once. Dropped unused, the promise fails.
pub(crate) struct Resolver {
    cell: Option<Arc<PromiseCell>>,
    permit: Option<Arc<Permit>>,
    charge: Option<Arc<Charge>>,
    session: Option<Session>,
    counted: Counted,
    holds: Holds,
    /// What the call has come through: nothing, mostly, and so it takes no more room here than that.
    through: Option<Box<Through>>,
}

/// What a call has come through on its way.
#[derive(Default)]
struct Through {
    /// The gates.
    passage: Option<Arc<Passage>>,
    /// What is made of the outcome on its way to the promise.
    adapt: Option<Adapt>,
    /// How many have a part in that.
    layers: usize,
    /// What is noted of it, if the session is audited.
    note: Option<Noted>,
}

/// What is noted of a call, or of the one that it is a part of.
struct Noted {
    note: Arc<Note>,
    extent: Extent,
}

/// Whether a promise is that of a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
}

/// Whether how a call ends is counted, by its session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    No,
    Yes,
}

/// What an outcome may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Anything,
    Data,
}

/// What makes one outcome of another.
type Adapt = Box<dyn FnOnce(Outcome) -> Outcome + Send>;

impl Resolver {
    pub(in crate::hook) const fn new(cell: Arc<PromiseCell>) -> Self {
        Self {
            cell: Some(cell),
            permit: None,
            charge: None,
            session: None,
            counted: Counted::No,
            holds: Holds::Anything,
            through: None,
        }
    }

    /// Settles the promise. A value that is itself a promise is followed, not delivered (protocol
    /// S-31).
    pub(crate) fn settle(mut self, outcome: Outcome) {
        if self.passage().is_some() {
            self.settle_through(outcome);
        } else {
            self.finish(outcome);
        }
    }

    /// Settles the promise with what the gates make of the outcome that the result comes back through.
    /// What is promised is waited for: until it is there, it can be kept back.
    fn settle_through(mut self, outcome: Outcome) {
        let Some(own) = self.passage().cloned().filter(|passage| self.owns(passage)) else {
            return self.finish(outcome);
        };
        if let Ok(Value::Capability(stub)) = &outcome
            && stub.is_promise()
            && own.waits()
        {
            let next = stub.clone().into_cap();
            return self.settle_from(&next, Clone::clone);
        }
        let outcome = match own.check() {
            Ok(()) => own.sever(outcome),
            Err(error) => {
                if let Some(note) = self.note() {
                    note.take_back();
                }
                bury(outcome);
                Err(error)
            }
        };
        // Until it has settled, the promise stays where the gates find it.
        self.finish(outcome);
    }

    fn owns(&self, passage: &Passage) -> bool {
        self.cell
            .as_ref()
            .is_some_and(|cell| passage.leads_to(cell))
    }

    fn finish(&mut self, outcome: Outcome) {
        if let Some(cell) = self.cell.take() {
            let outcome = match self.holds {
                Holds::Data if !is_flat(&outcome) => data_only(outcome),
                Holds::Data | Holds::Anything => outcome,
            };
            let through = self.through.as_deref_mut();
            let outcome = match through.and_then(|through| through.adapt.take()) {
                Some(adapt) => adapt(outcome),
                None => outcome,
            };
            self.count(&outcome);
            self.end_note();
            drop(self.permit.take());
            let (outcome, charge) = self.pay(outcome);
            cell.settle(outcome, charge);
        }
    }

    /// Settles the promise while the work for it goes on: the place among the calls in flight stays
    /// taken for as long as what this returns is kept.
    pub(in crate::hook) fn settle_early(self, outcome: Outcome) -> Option<Arc<Permit>> {
        let permit = self.permit.clone();
        self.settle(outcome);
        permit
    }

    /// Charges the peer on whose behalf the call is made with what it gets.
    fn pay(&mut self, outcome: Outcome) -> (Outcome, Option<Arc<Charge>>) {
        let Some(charge) = self.charge.take() else {
            return (outcome, None);
        };
        let paid = outcome
            .as_ref()
            .map_or(Ok(()), |value| charge.add(weight(value)));
        let outcome = match paid {
            Ok(()) => outcome,
            Err(error) => {
                bury(outcome);
                Err(error)
            }
        };
        (outcome, Some(charge))
    }

    /// Makes the promise another name for `next`.
    pub(crate) fn follow(self, next: Cap) {
        // What is asked elsewhere has begun, however long the answer takes.
        self.decide(Decision::Admitted);
        self.settle(Ok(Value::Capability(Stub::promise(next))));
    }

    /// Has the promise settle with what `adapt` makes of the outcome, before whatever else is made of
    /// it: what a call passes first comes last on the way back. It is not run for a promise that
    /// fails because nobody settles it.
    pub(in crate::hook) fn adapted(
        mut self,
        adapt: impl FnOnce(Outcome) -> Outcome + Send + 'static,
    ) -> Self {
        let through = self.through.get_or_insert_default();
        through.layers = through.layers.saturating_add(1);
        through.adapt = Some(match through.adapt.take() {
            Some(outer) => Box::new(move |outcome| outer(adapt(outcome))),
            None => Box::new(adapt),
        });
        self
    }

    /// Has the promise fail if the outcome holds a capability. This takes no room, unlike
    /// [`adapted`](Self::adapted), of which it would be a case: whatever else is made of an outcome makes
    /// no capability of data, so that it may come first.
    pub(in crate::hook) const fn data_only(mut self) -> Self {
        self.holds = Holds::Data;
        self
    }

    /// Settles the promise with what `adapt` makes of the outcome of `source`. Letting go of the
    /// promise before that lets go of `source`.
    pub(crate) fn settle_from(
        self,
        source: &Cap,
        adapt: impl FnOnce(&Outcome) -> Outcome + Send + 'static,
    ) {
        self.wait_for(source);
        source.when_settled(Waiter::new(move |outcome| self.settle(adapt(outcome))));
    }

    /// Keeps `source` from being released until the promise has settled, or nobody wants it.
    pub(in crate::hook) fn wait_for(&self, source: &Cap) {
        if let Some(cell) = &self.cell {
            cell.wait_for(source.clone());
        }
    }

    /// Holds `permit` until the promise settles, and whatever is called on the way to that.
    pub(crate) fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(Arc::new(permit));
        self
    }

    /// Has the session count how the call ends.
    pub(crate) const fn counted(mut self) -> Self {
        self.counted = Counted::Yes;
        self
    }

    fn count(&self, outcome: &Outcome) {
        if let (Counted::Yes, Some(session)) = (self.counted, &self.session) {
            session.counters().call_ended(outcome);
        }
    }

    /// Has it be told what becomes of the call, once that is decided.
    pub(crate) fn noted(mut self, note: Option<Note>) -> Self {
        if let Some(note) = note.map(Arc::new) {
            let extent = Extent::Whole;
            self.through.get_or_insert_default().note = Some(Noted { note, extent });
        }
        self
    }

    /// Returns what is noted of the call, if anything is.
    pub(in crate::hook) fn note(&self) -> Option<&Arc<Note>> {
        Some(&self.through.as_deref()?.note.as_ref()?.note)
    }

    /// Notes what becomes of the call, if that is audited.
    pub(crate) fn decide(&self, decision: Decision) {
        if let Some(note) = self.note() {
            note.decide(decision);
        }
    }

    /// What ends without a word from anybody was let through.
    fn end_note(&mut self) {
        let through = self.through.as_deref_mut();
        if let Some(Noted { note, extent }) = through.and_then(|through| through.note.take())
            && extent == Extent::Whole
        {
            note.decide(Decision::Admitted);
        }
    }

    /// Counts the result as kept for a peer, beside what is charged already.
    pub(crate) fn with_charge(mut self, charge: Option<Arc<Charge>>) -> Self {
        self.charge = charge;
        self
    }

    /// Creates a promise that is made for the same peer, and kept for it.
    pub(in crate::hook) fn beside(&self) -> (Cap, Self) {
        let (promise, result) = promise();
        let result = result.with_charge(self.charge.clone());
        (promise, result.on_behalf_of(self))
    }

    /// Returns the session on whose behalf the call is made.
    pub(in crate::hook) const fn session(&self) -> Option<&Session> {
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
        if let Some(passage) = caller.passage() {
            self.through.get_or_insert_default().passage = Some(Arc::clone(passage));
        }
        if let Some(note) = caller.note().cloned() {
            let extent = Extent::Part;
            self.through.get_or_insert_default().note = Some(Noted { note, extent });
        }
        self
    }

    /// Notes that the call has come through one more gate, through which its result comes back.
    pub(in crate::hook) fn through(
        mut self,
        gate: impl FnOnce(Option<Arc<Passage>>) -> Passage,
    ) -> Self {
        let through = self.through.get_or_insert_default();
        through.passage = Some(Arc::new(gate(through.passage.take())));
        self
    }

    /// Returns what the call has come through.
    pub(in crate::hook) fn passage(&self) -> Option<&Arc<Passage>> {
        self.through.as_deref()?.passage.as_ref()
    }

    /// Returns how many make something of the outcome, one after the other, on its way to the promise.
    pub(in crate::hook) fn layers(&self) -> usize {
        self.through.as_deref().map_or(0, |through| through.layers)
    }

    /// Returns why the call may not go on, if one of the gates that it has come through was shut.
    pub(crate) fn refusal(&self) -> Option<Error> {
        self.passage()?.check().err()
    }

    /// Returns what is to be settled.
    pub(in crate::hook) const fn cell(&self) -> Option<&Arc<PromiseCell>> {
        self.cell.as_ref()
    }

    /// Notes that the call has to wait in a queue; returns whether its session is still there.
    pub(in crate::hook) fn has_to_wait(&self) -> bool {
        match (&self.session, &self.cell) {
            (Some(session), Some(cell)) => session.has_to_wait(cell),
            _ => true,
        }
    }

    /// Describes the call to its handler, which starts now.
    pub(crate) fn describe(&self) -> Call {
        let limit = self.session.as_ref().and_then(Session::max_handler_time);
        self.describe_until(limit.map(Deadline::after))
    }

    /// Describes the call, which has so long.
    pub(in crate::hook) fn describe_until(&self, deadline: Option<Deadline>) -> Call {
        Call::new(self.session.clone(), self.cell.clone(), deadline)
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            let outcome = Err(Error::new("The call was dropped before it gave a result."));
            self.count(&outcome);
            self.end_note();
            cell.settle(outcome, None);
        }
    }
}
