//! What is done with a promise before its value is known, and to the value then.

use std::collections::VecDeque;
use std::sync::Arc;

use super::resolver::Resolver;
use crate::error::Error;
use crate::hook::cap::{Cap, Outcome, State};
use crate::hook::map::Mapper;
use crate::hook::waiter::Waiter;
use crate::hook::{Value, settled};
use crate::value::Path;

/// What a promise has become.
#[derive(Clone)]
pub(super) enum Resolution {
    Settled(Arc<Outcome>),
    Following(Cap),
}

/// Something that was done with a promise. What is larger is kept elsewhere: nearly every promise is
/// waited for, once, and has room for that in itself.
pub(super) enum Op {
    Act(Box<Action>),
    Wait(Waiter),
    Follow(Follower),
}

/// Something that gives a result.
pub(super) enum Action {
    Call {
        path: Path,
        args: Vec<Value>,
        result: Resolver,
    },
    Read {
        path: Path,
        result: Resolver,
    },
    Map {
        path: Path,
        mapper: Mapper,
        result: Resolver,
    },
}

/// What a promise has become, for whoever goes on from there.
pub(crate) enum Became<'a> {
    /// It failed.
    Failed(&'a Error),
    /// A reference.
    Reference(&'a Cap),
    /// Something that cannot break.
    Data,
}

/// Something that goes on where a promise leads.
pub(crate) type Follower = Box<dyn FnOnce(Became<'_>) + Send>;

impl Op {
    /// Notes that it has to wait; returns whether anybody still wants it.
    pub(super) fn has_to_wait(&self) -> bool {
        match self {
            Self::Act(action) => action.result().has_to_wait(),
            Self::Wait(_) | Self::Follow(_) => true,
        }
    }

    /// Fails what has waited, if it may not go on any more.
    fn if_admitted(self) -> Option<Self> {
        match self {
            Self::Act(action) => action.if_admitted().map(Self::Act),
            Self::Wait(_) | Self::Follow(_) => Some(self),
        }
    }
}

impl Action {
    fn if_admitted(self: Box<Self>) -> Option<Box<Self>> {
        let Some(error) = self.result().refusal() else {
            return Some(self);
        };
        let (Self::Call { result, .. } | Self::Read { result, .. } | Self::Map { result, .. }) =
            *self;
        result.settle(Err(error));
        None
    }

    const fn result(&self) -> &Resolver {
        match self {
            Self::Call { result, .. } | Self::Read { result, .. } | Self::Map { result, .. } => {
                result
            }
        }
    }

    /// Does it to the value of a promise.
    pub(super) fn run_on_value(self, outcome: &Arc<Outcome>) {
        match self {
            Self::Call { path, args, result } => settled::call(outcome, &path, args, result),
            Self::Read { path, result } => settled::read(outcome, &path, result),
            Self::Map {
                path,
                mapper,
                result,
            } => settled::map(outcome, &path, mapper, result),
        }
    }

    /// Does it to what a promise has become.
    pub(super) fn run_on(self, next: &Cap) {
        match self {
            Self::Call { path, args, result } => next.call(path, args, result),
            Self::Read { path, result } => next.read(path, result),
            Self::Map {
                path,
                mapper,
                result,
            } => next.map(path, mapper, result),
        }
    }
}

impl Resolution {
    /// Does to the value what was done with the promise of it.
    pub(super) fn run(&self, op: Op) {
        let Some(op) = op.if_admitted() else {
            return;
        };
        match self {
            Self::Settled(outcome) => match op {
                Op::Act(action) => action.run_on_value(outcome),
                Op::Wait(waiter) => waiter.tell(outcome),
                Op::Follow(follower) => follower(match outcome.as_ref() {
                    Err(error) => Became::Failed(error),
                    Ok(Value::Capability(stub)) => Became::Reference(stub.cap()),
                    Ok(_) => Became::Data,
                }),
            },
            Self::Following(next) => {
                let next = end_of_chain(next);
                match op {
                    Op::Act(action) => action.run_on(&next),
                    Op::Wait(waiter) => next.when_settled(waiter),
                    Op::Follow(follower) => follower(Became::Reference(&next)),
                }
            }
        }
    }
}

/// What waits, in order. One that waits alone takes no more room than this.
#[derive(Default)]
pub(super) struct Queue {
    first: Option<Op>,
    rest: VecDeque<Op>,
}

impl Queue {
    pub(super) fn push(&mut self, op: Op) {
        if self.is_empty() {
            self.first = Some(op);
        } else {
            self.rest.push_back(op);
        }
    }

    pub(super) fn pop(&mut self) -> Option<Op> {
        self.first.take().or_else(|| self.rest.pop_front())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none() && self.rest.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Op> {
        self.first.iter().chain(&self.rest)
    }
}

/// Walks past promises that have become others, without recursion. It ends, because
/// [`PromiseCell::store`](super::cell::PromiseCell::store) lets no circle close.
fn end_of_chain(start: &Cap) -> Cap {
    let mut end = start.clone();
    while let State::Following(next) = end.state() {
        end = next;
    }
    end
}
