//! The objects that the sessions of a script serve.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::flow;
use crate::error::Error;
use crate::hook::{
    Args, Call, Cancel, Cap, Dispatch, Interface, Member, MemberKind, Outcome, Reply, Stub, Target,
    Value,
};
use crate::value::{Path, Segment};

/// One process: what its objects share.
#[derive(Clone)]
pub(super) struct House(Arc<Shared>);

struct Shared {
    alive: Arc<AtomicUsize>,
    kept: Mutex<Vec<(usize, Stub)>>,
    gate: watch::Sender<u32>,
    /// For every chain of references, the number of the last call that came through it.
    arrived: Mutex<HashMap<usize, f64>>,
    /// What happened that must not. A handler cannot say so itself: its panic is a rejection.
    wrong: Mutex<Vec<String>>,
}

impl House {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared {
            alive: Arc::default(),
            kept: Mutex::default(),
            gate: watch::Sender::new(0),
            arrived: Mutex::default(),
            wrong: Mutex::default(),
        }))
    }

    /// Makes an object.
    pub(super) fn actor(&self) -> Stub {
        self.0.alive.fetch_add(1, Ordering::SeqCst);
        Stub::of(Cap::new(Target::new(Actor(self.clone()))))
    }

    /// Returns how many objects are there.
    pub(super) fn alive(&self) -> usize {
        self.0.alive.load(Ordering::SeqCst)
    }

    /// Lets every call go on that waits now.
    pub(super) fn open(&self) {
        self.0
            .gate
            .send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Lets every call go on, now and later.
    pub(super) fn open_for_good(&self) {
        self.0.gate.send_replace(FOR_GOOD);
    }

    /// Takes one of the references that were left here, with the number it was left under.
    pub(super) fn take_kept(&self) -> Option<(usize, Stub)> {
        lock(&self.0.kept).pop()
    }

    /// Notes a call; those through one chain of references must come in order.
    fn note(&self, chain: usize, number: f64) {
        let last = lock(&self.0.arrived).insert(chain, number);
        if last.is_some_and(|last| last >= number) {
            self.blame(format!(
                "C-50: through {chain}, {number} came after {last:?}"
            ));
        }
    }

    /// Notes something that must not happen.
    pub(super) fn blame(&self, what: String) {
        lock(&self.0.wrong).push(what);
    }

    /// Returns what happened that must not.
    pub(super) fn wrong(&self) -> Vec<String> {
        lock(&self.0.wrong).clone()
    }

    async fn wait(self) {
        let mut gate = self.0.gate.subscribe();
        let before = *gate.borrow();
        let is_open = |times: &u32| *times != before || *times == FOR_GOOD;
        drop(gate.wait_for(is_open).await);
    }
}

struct Actor(House);

impl Dispatch for Actor {
    fn interface(&self) -> &'static Interface {
        &ACTOR
    }

    fn dispatch(&self, member: usize, _: Call, mut args: Args) -> Reply {
        let house = self.0.clone();
        let mut next = || args.values.next().unwrap_or_default();
        match member {
            NOTE => {
                let (chain, number) = (next(), next());
                if let (Some(chain), Value::Number(number)) = (index(&chain), number) {
                    house.note(chain, number);
                }
                ready(Ok(Value::Null))
            }
            MAKE => ready(Ok(Value::Capability(house.actor()))),
            ECHO => ready(Ok(next())),
            KEEP => {
                let (number, value) = (index(&next()).unwrap_or(usize::MAX), next());
                if let Value::Capability(stub) = value {
                    lock(&house.0.kept).push((number, stub));
                }
                ready(Ok(Value::Undefined))
            }
            LATER => {
                let value = next();
                Box::pin(async move {
                    house.wait().await;
                    Ok(value)
                })
            }
            CALL => match next() {
                Value::Capability(stub) => ready(Ok(back(&stub, "make"))),
                other => ready(Ok(other)),
            },
            AWAIT => match next() {
                Value::Capability(stub) => {
                    Box::pin(async move { super::end::value(&stub_of(back(&stub, "echo"))).await })
                }
                other => ready(Ok(other)),
            },
            FAIL => ready(Err(Error::thrown(next()))),
            READ => {
                let (stream, manner) = (next(), next());
                Box::pin(async move { flow::read(&house, stream, &manner).await })
            }
            WRITE => {
                let (stream, manner) = (next(), next());
                Box::pin(flow::write(stream, manner, args.values.collect()))
            }
            SOURCE => ready(flow::source(args.values.collect())),
            SINK => ready(flow::sink(&house, &next())),
            _ => ready(Ok(Value::Number(1.0))),
        }
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.0.0.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Returns the promise of a call, unawaited.
fn back(stub: &Stub, method: &'static str) -> Value {
    let path = stub
        .path()
        .clone()
        .join(Path::single(Segment::from(method)));
    Value::Capability(Stub::promise(stub.cap().call_promise(path, Vec::new())))
}

fn stub_of(value: Value) -> Stub {
    match value {
        Value::Capability(stub) => stub,
        other => Stub::promise(Cap::settled(Ok(other))),
    }
}

fn index(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => format!("{number}").parse().ok(),
        _ => None,
    }
}

fn ready(outcome: Outcome) -> Reply {
    Box::pin(std::future::ready(outcome))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const FOR_GOOD: u32 = u32::MAX;

const NOTE: usize = 0;
const MAKE: usize = 1;
const ECHO: usize = 2;
const KEEP: usize = 3;
const LATER: usize = 4;
const CALL: usize = 5;
const AWAIT: usize = 6;
const FAIL: usize = 7;
const READ: usize = 9;
const WRITE: usize = 10;
const SOURCE: usize = 11;
const SINK: usize = 12;

/// The names of the members, in the order of their numbers.
pub(super) const MEMBERS: [&str; 13] = [
    "note", "make", "echo", "keep", "later", "call", "await", "fail", "prop", "read", "write",
    "source", "sink",
];

static ACTOR: Interface = Interface::new(
    "Actor",
    &[
        method(MEMBERS[0], Cancel::Cooperative),
        method(MEMBERS[1], Cancel::Cooperative),
        method(MEMBERS[2], Cancel::Cooperative),
        method(MEMBERS[3], Cancel::Cooperative),
        method(MEMBERS[4], Cancel::Drop),
        method(MEMBERS[5], Cancel::Cooperative),
        method(MEMBERS[6], Cancel::Cooperative),
        method(MEMBERS[7], Cancel::Cooperative),
        Member::new(MEMBERS[8], MemberKind::Property, Cancel::Cooperative),
        method(MEMBERS[9], Cancel::Drop),
        method(MEMBERS[10], Cancel::Drop),
        method(MEMBERS[11], Cancel::Cooperative),
        method(MEMBERS[12], Cancel::Cooperative),
    ],
);

const fn method(name: &'static str, cancel: Cancel) -> Member {
    Member::new(name, MemberKind::Method, cancel)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panic of a handler's would be told to the caller only, who does not care.
    #[test]
    fn a_call_that_comes_too_late_is_noticed() {
        let house = House::new();
        house.note(1, 0.0);
        house.note(1, 1.0);
        house.note(2, 0.0);
        assert_eq!(house.wrong(), Vec::<String>::new());
        house.note(1, 1.0);
        assert_eq!(house.wrong().len(), 1);
    }
}
