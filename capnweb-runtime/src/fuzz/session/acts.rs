//! What the processes of a script do with the references that they hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::choices::Choices;
use super::actor::House;
use super::handle::{Chain, Handle};
use super::network::Network;
use crate::error::Error;
use crate::hook::{Revoker, Stub, Value, Waiter, promise};
use crate::value::{Object, Path, Segment};

impl Network {
    /// Calls `note`, with a number that rises.
    pub(super) fn note(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.handles.len());
        let Some(handle) = self.handles.get_mut(at) else {
            return;
        };
        let id = handle.chain.id.unwrap_or(0);
        let args = vec![number(id), Value::Number(f64::from(handle.chain.calls))];
        handle.chain.calls += 1;
        let is_ordered = handle.chain.id.is_some();
        let (at, stub) = (handle.at, handle.stub.clone());
        if is_ordered {
            let noted = call(&stub, "note", args);
            self.keep_promise(choices, at, noted);
        }
    }

    pub(super) fn make(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let stub = call(&handle.stub, "make", Vec::new());
        let chain = self.another_like(&handle.chain);
        let at = handle.at;
        self.hold(Handle { at, stub, chain });
    }

    /// Calls something with references among its arguments.
    pub(super) fn call(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let methods = ["echo", "later", "call", "await", "fail", "prop", "nope"];
        let method = choices.of(&methods).copied().unwrap_or("echo");
        let args = (0..=choices.below(2)).map(|_| self.value(choices, handle.at, 2));
        let stub = call(&handle.stub, method, args.collect());
        self.keep_promise(choices, handle.at, stub);
    }

    pub(super) fn keep_promise(&mut self, choices: &mut Choices<'_>, at: usize, stub: Stub) {
        if choices.below(3) == 0 {
            let chain = Chain::unordered();
            self.hold(Handle { at, stub, chain });
        }
    }

    fn hold(&mut self, handle: Handle) {
        if self.handles.len() < MOST {
            self.handles.push(handle);
        }
    }

    /// Makes a value out of what a process holds.
    pub(super) fn value(&self, choices: &mut Choices<'_>, at: usize, depth: usize) -> Value {
        match choices.below(if depth == 0 { 5 } else { 7 }) {
            0 => Value::Undefined,
            1 => Value::Number(7.0),
            2..=4 => self.own(choices, at).map_or(Value::Null, Value::Capability),
            5 => Value::Array((0..2).map(|_| self.value(choices, at, depth - 1)).collect()),
            _ => {
                let members = ["a", "b"].map(|key| (key, self.value(choices, at, depth - 1)));
                Value::Object(members.into_iter().collect::<Object<Stub>>())
            }
        }
    }

    fn own(&self, choices: &mut Choices<'_>, at: usize) -> Option<Stub> {
        let own: Vec<_> = self
            .handles
            .iter()
            .filter(|handle| handle.at == at)
            .collect();
        let stub = choices.of(&own)?.stub.clone();
        Some(match choices.below(4) {
            0 => stub.into_object(),
            1 => stub.step(Segment::from("prop")),
            _ => stub,
        })
    }

    /// Leaves a reference at another process.
    pub(super) fn give(&mut self, choices: &mut Choices<'_>) {
        let Some(to) = choices.of(&self.handles).cloned() else {
            return;
        };
        let own: Vec<_> = self
            .handles
            .iter()
            .filter(|handle| handle.at == to.at)
            .collect();
        let Some(what) = choices.of(&own).map(|handle| (*handle).clone()) else {
            return;
        };
        let stub = match choices.below(2) {
            0 => what.stub.clone().into_object(),
            _ => what.stub.clone(),
        };
        self.given.push((what.at, what.chain));
        let args = vec![number(self.given.len() - 1), Value::Capability(stub)];
        drop(call(&to.stub, "keep", args));
    }

    /// Takes a reference that was left at a process.
    pub(super) fn adopt(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.houses.len());
        let Some((number, stub)) = self.houses.get(at).and_then(House::take_kept) else {
            return;
        };
        let Some((_, given)) = self.given.get(number).cloned() else {
            return;
        };
        // A way that leads back to where it has been may be cut short (protocol S-54).
        let is_straight = given.through & 1 << at == 0;
        let mut chain = self.chain(given.through | 1 << at);
        chain.id = chain.id.filter(|_| is_straight && given.id.is_some());
        self.hold(Handle { at, stub, chain });
    }

    pub(super) fn forget(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.handles.len());
        if at < self.handles.len() {
            drop(self.handles.swap_remove(at));
        }
    }

    /// Waits for a reference's value.
    pub(super) fn watch(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles) else {
            return;
        };
        let told = Arc::<AtomicUsize>::default();
        let stub = Stub::promise(handle.stub.clone().into_cap());
        let counted = Arc::clone(&told);
        stub.cap().when_settled(Waiter::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
        self.watched.push((stub, told));
    }

    /// Makes a promise of a process's own.
    pub(super) fn promise(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.houses.len());
        let (own, resolver) = promise();
        self.resolvers.push(resolver);
        let (stub, chain) = (Stub::promise(own), Chain::unordered());
        self.hold(Handle { at, stub, chain });
    }

    pub(super) fn resolve(&mut self, choices: &mut Choices<'_>) {
        let Some(resolver) = self.resolvers.pop() else {
            return;
        };
        let at = choices.below(self.houses.len());
        match choices.below(6) {
            0 => drop(resolver),
            1 => resolver.settle(Err(Error::thrown(Value::Number(1.0)))),
            2..=3 => resolver.settle(Ok(Value::Capability(self.houses[at].actor()))),
            // Nothing that may wait for this very promise: that is for whoever does it to mend.
            _ => {
                let mains: Vec<_> = self.links.iter().flat_map(|link| &link.mains).collect();
                let made = choices
                    .of(&mains)
                    .map(|main| call(main, "make", Vec::new()));
                resolver.settle(Ok(made.map_or(Value::Null, Value::Capability)));
            }
        }
    }

    pub(super) fn revocable(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let revoker = Revoker::new();
        let stub = revoker.revocable_stub(&handle.stub);
        self.revokers.push(revoker);
        let chain = self.another_like(&handle.chain);
        let at = handle.at;
        self.hold(Handle { at, stub, chain });
    }

    pub(super) fn revoke(&mut self, choices: &mut Choices<'_>) {
        if let Some(revoker) = choices.of(&self.revokers) {
            revoker.revoke("enough");
        }
    }
}

pub(super) fn call(stub: &Stub, method: &'static str, args: Vec<Value>) -> Stub {
    let path = stub.path().clone().join(Path::single(method));
    Stub::promise(stub.cap().call_promise(path, args))
}

pub(super) fn number(number: usize) -> Value {
    Value::Number(u32::try_from(number).map_or(f64::MAX, f64::from))
}

/// How many references may be held at a time.
const MOST: usize = 64;
