//! What is done with a promise before its value is known, and to the value then.

use std::sync::Arc;

use super::resolver::Resolver;
use crate::error::Error;
use crate::hook::cap::{Cap, Outcome, State, Waiter};
use crate::hook::map::Mapper;
use crate::hook::{Value, settled};
use crate::value::Path;

/// What a promise has become.
#[derive(Clone)]
pub(super) enum Resolution {
    Settled(Arc<Outcome>),
    Following(Cap),
}

/// Something that was done with a promise.
pub(super) enum Op {
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
    Wait(Waiter),
    Follow(Follower),
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
            Self::Call { result, .. } | Self::Read { result, .. } | Self::Map { result, .. } => {
                result.has_to_wait()
            }
            Self::Wait(_) | Self::Follow(_) => true,
        }
    }
}

impl Resolution {
    /// Does to the value what was done with the promise of it.
    pub(super) fn run(&self, op: Op) {
        match self {
            Self::Settled(outcome) => match op {
                Op::Call { path, args, result } => settled::call(outcome, &path, args, result),
                Op::Read { path, result } => settled::read(outcome, &path, result),
                Op::Map {
                    path,
                    mapper,
                    result,
                } => settled::map(outcome, &path, mapper, result),
                Op::Wait(waiter) => waiter(outcome),
                Op::Follow(follower) => follower(match outcome.as_ref() {
                    Err(error) => Became::Failed(error),
                    Ok(Value::Capability(stub)) => Became::Reference(stub.cap()),
                    Ok(_) => Became::Data,
                }),
            },
            Self::Following(next) => {
                let next = end_of_chain(next);
                match op {
                    Op::Call { path, args, result } => next.call(path, args, result),
                    Op::Read { path, result } => next.read(path, result),
                    Op::Map {
                        path,
                        mapper,
                        result,
                    } => next.map(path, mapper, result),
                    Op::Wait(waiter) => next.when_settled(waiter),
                    Op::Follow(follower) => follower(Became::Reference(&next)),
                }
            }
        }
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
