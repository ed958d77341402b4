//! Two or three processes that are connected with one another, each message carried when the script
//! says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::choices::Choices;
use super::actor::House;
use super::end::{End, run, settle};
use super::handle::{Chain, Handle};
use super::link::Link;
use super::streams::Feed;
use crate::hook::{Resolver, Revoker, Stub};
use crate::limits::Limits;

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
    pub(super) links: Vec<Link>,
    pub(super) handles: Vec<Handle>,
    pub(super) feeds: Vec<Feed>,
    /// How many streams there have been.
    pub(super) streams: usize,
    pub(super) resolvers: Vec<Resolver>,
    pub(super) revokers: Vec<Revoker>,
    pub(super) watched: Vec<(Stub, Arc<AtomicUsize>)>,
    chains: usize,
    /// How each handle was when it was given away, by the number it was given under.
    pub(super) given: Vec<(usize, Chain)>,
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

    /// Begins another way through these processes.
    pub(super) fn chain(&mut self, through: u8) -> Chain {
        self.chains += 1;
        Chain::ordered(self.chains, through)
    }

    /// Begins another way through the processes of this one, in order if this one is.
    pub(super) fn another_like(&mut self, chain: &Chain) -> Chain {
        let mut another = self.chain(chain.through);
        another.id = another.id.filter(|_| chain.id.is_some());
        another
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

    /// Carries one message.
    fn carry(&mut self, choices: &mut Choices<'_>) {
        let at = choices.below(self.links.len() * 2);
        if let Some(link) = self.links.get_mut(at / 2) {
            link.carry(at % 2);
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
        // What has settled is let go of; what has not must settle when its session is cut.
        let pending = self.take_pending();
        self.let_go_of_what_is_kept().await;
        if pending.is_empty() {
            self.links.iter().for_each(Link::check);
        }
        self.links.iter_mut().for_each(Link::cut);
        self.run_dry().await;
        for (_, told) in &pending {
            assert_eq!(told.load(Ordering::SeqCst), 1, "a promise never settled");
        }
        drop(pending);
        self.let_go_of_what_is_kept().await;
        let ends = self.links.iter().flat_map(|link| &link.ends);
        ends.for_each(|end| end.is_empty(0));
        self.links.clear();
        settle().await;
        self.check_houses();
    }

    /// Takes the promises that are watched and have not settled; no other has settled twice.
    fn take_pending(&mut self) -> Vec<(Stub, Arc<AtomicUsize>)> {
        let mut watched = std::mem::take(&mut self.watched);
        watched.retain(|(_, told)| match told.load(Ordering::SeqCst) {
            0 => true,
            1 => false,
            _ => panic!("a promise settled twice"),
        });
        watched
    }

    /// Checks that no object is left, and that none has seen anything wrong.
    fn check_houses(&self) {
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

const ROUNDS: usize = 1_000;
