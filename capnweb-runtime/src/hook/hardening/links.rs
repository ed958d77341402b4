//! What promises lead to: no circles, and no endless chains.
//!
//! References between promises are counted, so that a circle of them would never be freed, and a
//! call on it would never arrive. Only a peer can ask for one (protocol S-55). The promise that
//! would close it is the last of the circle to settle, and fails instead.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::Error;
use crate::hook::cap::{Cap, Outcome, State};
use crate::hook::promise::PromiseCell;
use crate::hook::{Stub, Value};
use crate::sync::Mutex;

/// Held while a promise settles that others refer to: of two that would close a circle between
/// them at the same time, the second must see what the first did.
#[cfg(not(shuttle))]
pub(in crate::hook) static CLOSING: Mutex<()> = Mutex::new(());

#[cfg(shuttle)]
shuttle::lazy_static! {
    pub(in crate::hook) static ref CLOSING: Mutex<()> = Mutex::new(());
}

/// A walk over what an outcome refers to.
///
/// It may happen under a session's lock, where nothing may be dropped: every reference that was
/// made on the way is kept.
#[derive(Default)]
pub(in crate::hook) struct Links {
    kept: Vec<Outcome>,
}

impl Links {
    /// Follows a promise that becomes another one, and tells the last of the chain how many
    /// steps are behind it. Fails if the chain is too long.
    pub(in crate::hook) fn measure(
        &mut self,
        outcome: &Outcome,
        behind: usize,
    ) -> Result<(), Error> {
        let Ok(Value::Capability(start)) = outcome else {
            return Ok(());
        };
        let mut steps = behind;
        let mut next = Some(start.clone());
        while let Some(stub) = next {
            steps = steps.saturating_add(steps_of(&stub));
            if steps > MAX_CHAIN {
                self.keep(stub);
                return Err(Error::range_error("The chain of promises is too long.").public());
            }
            next = further(stub.cap());
            if next.is_none()
                && let Some(cell) = stub.cap().cell()
            {
                cell.mark_behind(steps);
            }
            self.keep(stub);
        }
        Ok(())
    }

    /// Tells every promise in an outcome that it is referred to.
    pub(in crate::hook) fn mark(&mut self, outcome: &Outcome) {
        for_each_capability(outcome, &mut |stub| {
            let mut next = Some(stub.clone());
            while let Some(stub) = next {
                if let Some(cell) = stub.cap().cell() {
                    cell.mark_referenced();
                }
                next = stub.cap().inner();
                self.keep(stub);
            }
        });
    }

    /// Fails if an outcome leads to the promise that it is for.
    pub(in crate::hook) fn check(
        &mut self,
        outcome: &Outcome,
        cell: &Arc<PromiseCell>,
    ) -> Result<(), Error> {
        let mut open = Vec::new();
        for_each_capability(outcome, &mut |stub| open.push(stub.clone()));
        let mut budget = open.len().saturating_add(MAX_VISITS);
        let mut seen = HashSet::new();
        let mut found = Ok(());
        while let Some(stub) = open.pop() {
            found = visit(&stub, cell, &mut seen, &mut open, &mut budget);
            self.keep(stub);
            if found.is_err() {
                break;
            }
        }
        for stub in open {
            self.keep(stub);
        }
        found
    }

    /// Puts a failure in the place of an outcome.
    pub(in crate::hook) fn replace(&mut self, outcome: Outcome, error: Error) -> Outcome {
        self.kept.push(outcome);
        Err(error)
    }

    /// Returns what is to be dropped where no lock is held.
    pub(in crate::hook) fn into_leftovers(self) -> Vec<Outcome> {
        self.kept
    }

    fn keep(&mut self, stub: Stub) {
        self.kept.push(Ok(Value::Capability(stub)));
    }
}

/// Looks at one reference, and opens what it leads to.
fn visit(
    stub: &Stub,
    end: &Arc<PromiseCell>,
    seen: &mut HashSet<*const PromiseCell>,
    open: &mut Vec<Stub>,
    budget: &mut usize,
) -> Result<(), Error> {
    *budget = budget
        .checked_sub(1)
        .ok_or_else(|| Error::range_error("Too many promises inside one another.").public())?;
    open.extend(stub.cap().inner());
    let Some(cell) = stub.cap().cell() else {
        return Ok(());
    };
    if Arc::ptr_eq(cell, end) {
        return Err(Error::type_error("The promise was resolved to itself.").public());
    }
    if seen.insert(Arc::as_ptr(cell)) {
        match stub.cap().state() {
            State::Following(next) => open.push(Stub::promise(next)),
            State::Settled(outcome) => {
                for_each_capability(&outcome, &mut |stub| open.push(stub.clone()));
            }
            State::Object | State::Pending => {}
        }
    }
    Ok(())
}

/// Returns what a call on a capability is handed on to, if it is known.
fn further(cap: &Cap) -> Option<Stub> {
    match cap.state() {
        State::Following(next) => Some(Stub::promise(next)),
        State::Settled(outcome) => match outcome.as_ref() {
            Ok(Value::Capability(next)) => Some(next.clone()),
            _ => None,
        },
        State::Object | State::Pending => cap.inner(),
    }
}

/// Counts the step to a reference: promises that became others are walked past in a loop,
/// everything else by recursion, which is dearer.
fn steps_of(stub: &Stub) -> usize {
    if stub.is_promise() && stub.path().is_empty() {
        1
    } else {
        RECURSIVE
    }
}

/// Returns whether an outcome leads nowhere: it closes no circle, and letting go of it drops nothing
/// but itself.
pub(crate) fn is_flat(outcome: &Outcome) -> bool {
    match outcome {
        Ok(value) => !value.any(&|inside| matches!(inside, Value::Capability(_))),
        Err(error) => !matches!(error, Error::Thrown(_)),
    }
}

fn for_each_capability(outcome: &Outcome, act: &mut impl FnMut(&Stub)) {
    match outcome {
        Ok(value) => visit_value(value, act),
        Err(Error::Thrown(thrown)) => visit_value(thrown.value(), act),
        Err(_) => {}
    }
}

fn visit_value(value: &Value, act: &mut impl FnMut(&Stub)) {
    match value {
        Value::Capability(stub) => act(stub),
        other => other.children().for_each(|child| visit_value(child, act)),
    }
}

/// How many steps a chain of promises may take: as many as the wrappers that may stand in front of one
/// another, and those of the promises between them, which a pipeline may all have to walk.
const MAX_CHAIN: usize = 5120;

/// How many steps one counts for that a call takes by recursion.
const RECURSIVE: usize = 64;

/// How many references behind an outcome are looked at in search of a circle.
const MAX_VISITS: usize = 10_000;
