//! What a closure is given while it is recorded, in the place of values that are not there.

use std::sync::Arc;

use super::mapper::Mapper;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::{Hook, Outcome, State};
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::value::Path;

/// The input of a recording, or the result of one of its instructions. It has a meaning inside of
/// that recording only: everything else that is done with it fails.
pub(super) struct Placeholder(pub(super) Mark);

/// Which recording a placeholder is of, and what it stands for there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(super) recording: u64,
    /// 0 for the input, else the place of an instruction, from 1.
    pub(super) index: i64,
}

impl Hook for Placeholder {
    fn call(self: Arc<Self>, _: Path, _: Vec<Value>, result: Resolver) {
        result.settle(Err(misplaced()));
    }

    fn read(self: Arc<Self>, _: Path, result: Resolver) {
        result.settle(Err(misplaced()));
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        result.settle(Err(misplaced()));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&no_value());
    }

    fn state(&self) -> State {
        State::Settled(no_value())
    }

    fn mark(&self) -> Option<Mark> {
        Some(self.0)
    }
}

/// Returns how a placeholder fails where it means nothing.
pub(super) fn misplaced() -> Error {
    Error::type_error(
        "A placeholder has no value: inside the closure of a `map` it can be called, read, passed \
         on and returned, and outside of that closure it means nothing.",
    )
}

fn no_value() -> Arc<Outcome> {
    Arc::new(Err(misplaced()))
}
