//! Two or three processes that are connected with one another, each message carried when the script
//! says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::choices::Choices;
use super::actor::House;
use super::net::{End, run, settle};
use super::streams::Feed;
use crate::error::Error;
use crate::hook::{Resolver, Revoker, Stub, Value, Waiter, promise};
use crate::limits::Limits;
use crate::value::{Object, Path, Segment};

/// Plays a script against processes that keep to the protocol: no session ends by itself, calls
/// arrive in order, every promise settles once, and what is let go of is gone everywhere.
pub(crate) fn network(choices: &mut Choices<'_>) {
    run(async {
        let mut network = Network::new(2 + choices.below(2));
        while !choices.is_empty() {
            network.step(choices).await;
        }
        network.finish().await;
    });
}

pub(super) struct Network {
    pub(super) houses: Vec<House>,
    links: Vec<Link>,
    pub(super) handles: Vec<Handle>,
    pub(super) feeds: Vec<Feed>,
    /// How many streams there have been.
    pub(super) streams: usize,
    resolvers: Vec<Resolver>,
    revokers: Vec<Revoker>,
    watched: Vec<(Stub, Arc<AtomicUsize>)>,
    chains: usize,
    /// How each handle was when it was given away, by the number it was given under.
    given: Vec<(usize, Chain)>,
}

/// A session between two processes.
struct Link {
    ends: [End; 2],
    /// Let go of, they would end the session.
    mains: Vec<Stub>,
    is_cut: bool,
}

/// A reference that a process holds.
#[derive(Clone)]
pub(super) struct Handle {
    /// Whose it is.
    pub(super) at: usize,
    pub(super) stub: Stub,
    chain: Chain,
}

/// The way that calls take through a reference.
#[derive(Clone)]
struct Chain {
    /// What its calls are numbered under; none where their order is nobody's promise.
    id: Option<usize>,
    calls: u32,
    /// The processes on the way, as bits.
    through: u8,
}

impl Network {
    fn new(houses: usize) -> Self {
        let mut network = Self {
            houses: (0..houses).map(|_| House::new()).collect(),
            links: Vec::new(),
            handles: Vec::new(),
            feeds: Vec::new(),
            streams: 0,
            resolvers: Vec::new(),
            revokers: Vec::new(),
            watched: Vec::new(),
            chains: 0,
            given: Vec::new(),
        };
        for left in 0..houses {
            for right in left + 1..houses {
                network.connect(left, right);
            }
        }
        network
    }

    fn connect(&mut self, left: usize, right: usize) {
        let (one, its_peer) = End::new(&self.houses[left].actor(), Limits::default());
        let (other, others_peer) = End::new(&self.houses[right].actor(), Limits::default());
        for (at, stub, home) in [(left, &its_peer, right), (right, &others_peer, left)] {
            let chain = self.chain(1 << at | 1 << home);
            let stub = stub.clone();
            self.handles.push(Handle { at, stub, chain });
        }
        self.links.push(Link {
            ends: [one, other],
            mains: vec![its_peer, others_peer],
            is_cut: false,
        });
    }

    fn chain(&mut self, through: u8) -> Chain {
        self.chains += 1;
        Chain {
            id: Some(self.chains),
            calls: 0,
            through,
        }
    }

    async fn step(&mut self, choices: &mut Choices<'_>) {
        let act = choices.below(256);
        if act >= 208 {
            return self.stream_step(choices);
        }
        match act % 32 {
            0..=3 => self.note(choices),
            4..=6 => self.make(choices),
            7..=9 => self.call(choices),
            10..=11 => self.give(choices),
            12..=13 => self.adopt(choices),
            14..=20 => self.carry(choices),
            21 => settle().await,
            22..=23 => self.forget(choices),
            24 => self.watch(choices),
            25 => drop(choices.of(&self.houses).map(House::open)),
            26 => self.promise(choices),
            27 => self.resolve(choices),
            28 => self.revocable(choices),
            29 => self.revoke(choices),
            30 => self.run_dry().await,
            _ => self.cut(choices),
        }
    }

    /// Calls `note`, with a number that rises.
    fn note(&mut self, choices: &mut Choices<'_>) {
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

    fn make(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let stub = call(&handle.stub, "make", Vec::new());
        let mut chain = self.chain(handle.chain.through);
        chain.id = chain.id.filter(|_| handle.chain.id.is_some());
        self.hold(Handle {
            at: handle.at,
            stub,
            chain,
        });
    }

    /// Calls something with references among its arguments.
    fn call(&mut self, choices: &mut Choices<'_>) {
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
            let chain = Chain {
                id: None,
                calls: 0,
                through: 0,
            };
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
    fn give(&mut self, choices: &mut Choices<'_>) {
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
    fn adopt(&mut self, choices: &mut Choices<'_>) {
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

    /// Carries one message.
    fn carry(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.links.len() * 2);
        if let Some(link) = self.links.get_mut(at / 2) {
            link.carry(at % 2);
        }
    }

    fn forget(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.handles.len());
        if at < self.handles.len() {
            drop(self.handles.swap_remove(at));
        }
    }

    /// Waits for a reference's value.
    fn watch(&mut self, choices: &mut Choices<'_>) {
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
    fn promise(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.houses.len());
        let (own, resolver) = promise();
        self.resolvers.push(resolver);
        let chain = Chain {
            id: None,
            calls: 0,
            through: 0,
        };
        let stub = Stub::promise(own);
        self.hold(Handle { at, stub, chain });
    }

    fn resolve(&mut self, choices: &mut Choices<'_>) {
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

    fn revocable(&mut self, choices: &mut Choices<'_>) {
        let Some(handle) = choices.of(&self.handles).cloned() else {
            return;
        };
        let revoker = Revoker::new();
        let stub = revoker.revocable_stub(&handle.stub);
        self.revokers.push(revoker);
        let chain = self.chain(handle.chain.through);
        let is_ordered = handle.chain.id.is_some();
        self.hold(Handle {
            at: handle.at,
            stub,
            chain: Chain {
                id: chain.id.filter(|_| is_ordered),
                ..chain
            },
        });
    }

    fn revoke(&mut self, choices: &mut Choices<'_>) {
        if let Some(revoker) = choices.of(&self.revokers) {
            revoker.revoke("enough");
        }
    }

    /// Cuts a connection.
    fn cut(&mut self, choices: &mut Choices<'_>) {
        // Rarely: there is little to see afterwards.
        let at = choices.below(16);
        if let Some(link) = self.links.get_mut(at) {
            link.cut();
        }
    }

    /// Carries messages until there are none.
    async fn run_dry(&mut self) {
        for _ in 0..ROUNDS {
            settle().await;
            let mut moved = false;
            for link in &mut self.links {
                while link.carry(0) | link.carry(1) {
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
        panic!("the messages never end");
    }

    /// Lets go of everything, and checks that nothing is left.
    async fn finish(mut self) {
        self.houses.iter().for_each(House::open_for_good);
        self.run_dry().await;
        self.feeds.clear();
        self.handles.clear();
        self.resolvers.clear();
        let watched = std::mem::take(&mut self.watched);
        for (_, told) in &watched {
            assert!(told.load(Ordering::SeqCst) <= 1, "a promise settled twice");
        }
        let is_settled = |told: &AtomicUsize| told.load(Ordering::SeqCst) > 0;
        // What has settled is let go of; what has not must settle when its session is cut.
        let pending = watched.into_iter().filter(|(_, told)| !is_settled(told));
        let (promises, told): (Vec<_>, Vec<_>) = pending.unzip();
        self.let_go_of_what_is_kept().await;
        if promises.is_empty() {
            for link in &self.links {
                link.check();
            }
        }
        for link in &mut self.links {
            link.cut();
        }
        self.run_dry().await;
        for told in told {
            assert_eq!(told.load(Ordering::SeqCst), 1, "a promise never settled");
        }
        drop(promises);
        self.let_go_of_what_is_kept().await;
        for link in &self.links {
            link.ends.iter().for_each(|end| end.is_empty(0));
        }
        self.links.clear();
        settle().await;
        let alive: Vec<_> = self.houses.iter().map(House::alive).collect();
        assert!(
            alive.iter().all(|alive| *alive == 0),
            "objects are left over: {alive:?}"
        );
        let wrong: Vec<_> = self.houses.iter().flat_map(House::wrong).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    async fn let_go_of_what_is_kept(&mut self) {
        for _ in 0..ROUNDS {
            self.run_dry().await;
            let kept: Vec<_> = self.houses.iter().filter_map(House::take_kept).collect();
            if kept.is_empty() {
                return;
            }
        }
    }
}

impl Link {
    /// Carries a message from one end to the other; returns whether there was one.
    fn carry(&mut self, from: usize) -> bool {
        let [left, right] = &mut self.ends;
        let (from, to) = if from == 0 {
            (left, right)
        } else {
            (right, left)
        };
        let message = from.take();
        if let Some(message) = &message {
            to.connection.handle_message(message);
        }
        message.is_some()
    }

    fn cut(&mut self) {
        self.is_cut = true;
        self.ends.iter().for_each(End::close);
        self.mains.clear();
    }

    /// Checks that the session lives, unless it was cut, and holds nothing but its main objects.
    fn check(&self) {
        for end in &self.ends {
            let ended = end.connection.ended();
            assert_eq!(ended.is_some(), self.is_cut, "a session ended: {ended:?}");
            end.is_empty(usize::from(!self.is_cut));
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

const ROUNDS: usize = 1_000;
