//! What a call has come through on its way to its handler.

use std::iter::successors;
use std::sync::Arc;

use super::gate::{Gate, NOWHERE};
use super::severed::sever_with;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::Outcome;
use crate::hook::promise::PromiseCell;

/// One gate that a call came through, and those before it. It is part of the call's
/// [`Resolver`](crate::hook::Resolver), so that whoever enters the handler, however late, has it.
pub(in crate::hook) struct Passage {
    gate: Arc<Gate>,
    /// The result that comes back through the gate, and its place among those that are pending there.
    result: Arc<PromiseCell>,
    call: usize,
    cut: Cut,
    before: Option<Arc<Self>>,
}

/// What of a result ends with the gate that it comes back through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::hook) enum Cut {
    /// Nothing that the gate sees to: whoever let the call in does.
    Nothing,
    /// Streams.
    Streams,
    /// Those, and a method that was read as a function.
    Member,
}

/// A handler that has been entered, through all the gates of a passage, until this is dropped.
pub(in crate::hook) struct Entered(Arc<Passage>);

impl Passage {
    pub(super) const fn new(
        gate: Arc<Gate>,
        result: Arc<PromiseCell>,
        call: usize,
        cut: Cut,
        before: Option<Arc<Self>>,
    ) -> Self {
        Self {
            gate,
            result,
            call,
            cut,
            before,
        }
    }

    /// Counts a handler as entered, which must happen next; fails if one of the gates was shut.
    pub(in crate::hook) fn enter(self: &Arc<Self>) -> Result<Entered, Error> {
        if Gate::count_in_at(self.gates()) {
            return Ok(Entered(Arc::clone(self)));
        }
        Err(self
            .check()
            .err()
            .unwrap_or_else(|| Error::Revoked("".into())))
    }

    /// Fails if one of the gates was shut.
    pub(in crate::hook) fn check(&self) -> Result<(), Error> {
        self.nodes().try_for_each(|passage| passage.gate.check())
    }

    /// Returns whether it is this result that comes back through the last gate, and not another one, on
    /// whose behalf it is waited for.
    pub(in crate::hook) fn leads_to(&self, result: &Arc<PromiseCell>) -> bool {
        Arc::ptr_eq(&self.result, result)
    }

    /// Returns whether the result is kept back until it is no promise any more.
    pub(in crate::hook) fn waits(&self) -> bool {
        self.own().any(|passage| passage.cut != Cut::Nothing)
    }

    /// Returns what becomes of the result on its way back: parts of it end with the gates.
    pub(in crate::hook) fn sever(&self, outcome: Outcome) -> Outcome {
        self.own().fold(outcome, |outcome, passage| {
            sever_with(outcome, &passage.gate, passage.cut)
        })
    }

    /// Returns what becomes of an argument that was a promise on its way in.
    pub(in crate::hook) fn sever_argument(&self, value: Value) -> Outcome {
        self.nodes().try_fold(value, |value, passage| {
            sever_with(Ok(value), &passage.gate, Cut::Streams)
        })
    }

    /// Returns this and what the same result passes after it.
    fn own(&self) -> impl Iterator<Item = &Self> {
        self.nodes()
            .take_while(|passage| passage.leads_to(&self.result))
    }

    /// Returns this and what was passed before, from the inside out.
    fn nodes(&self) -> impl Iterator<Item = &Self> + Clone {
        successors(Some(self), |passage| passage.before.as_deref())
    }

    fn gates(&self) -> impl Iterator<Item = &Gate> + Clone {
        self.nodes()
            .flat_map(|passage| passage.gate.with_ancestors())
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        if self.call != NOWHERE {
            self.gate.forget_call(self.call);
        }
        // However many there are: not by recursion.
        let mut before = self.before.take();
        while let Some(mut passage) = before.and_then(Arc::into_inner) {
            before = passage.before.take();
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.gates().for_each(Gate::count_out);
    }
}
