//! A10: authority that is attenuated again and again.

use std::collections::BTreeSet;

use capnweb_runtime::policy::Methods;
use capnweb_runtime::{Capability as _, Stub};

use super::{Garden, ShedReaderStub};
use crate::support::in_time;

/// Some of the members, the ones a facet has and others.
const MEMBERS: [&str; 6] = ["read", "write", "list", "lock", "opener", "lines"];
const READER: [&str; 3] = ["read", "list", "lock"];

/// Random numbers, the same each time (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn members(&mut self) -> BTreeSet<&'static str> {
        MEMBERS.into_iter().filter(|_| self.roll(3) > 0).collect()
    }
}

/// Takes some authority away, one way or another; returns what is left of it at most.
fn narrow(stub: &Stub, dice: &mut Dice) -> (Stub, BTreeSet<&'static str>) {
    let some = dice.members();
    let all = || MEMBERS.into_iter().collect();
    match dice.roll(7) {
        0 => (stub.guarded(Methods::only(some.clone())), some),
        1 => {
            let rest: Vec<_> = MEMBERS.into_iter().filter(|m| !some.contains(m)).collect();
            (stub.guarded(Methods::except(rest)), some)
        }
        2 => {
            let policy = (Methods::only(some.clone()), Methods::except(["nothing"]));
            (stub.guarded(policy), some)
        }
        3 => {
            let whole: super::ShedStub = stub.cast();
            let reader: ShedReaderStub = whole.attenuate();
            (reader.into_stub(), READER.into_iter().collect())
        }
        4 => {
            let (inside, _) = stub.cast::<super::ShedStub>().membrane();
            (inside.into_stub(), all())
        }
        5 => {
            let policy = Methods::only(some.clone());
            let (inside, _) = stub.cast::<super::ShedStub>().membrane_with(policy);
            (inside.into_stub(), some)
        }
        _ => {
            let (lent, revoker) = stub.cast::<super::ShedStub>().revocable();
            drop(revoker);
            (lent.into_stub(), all())
        }
    }
}

/// Returns what can be called.
async fn authority(stub: &Stub) -> BTreeSet<&'static str> {
    let mut granted = BTreeSet::new();
    for member in MEMBERS {
        if in_time(stub.call(member, ("key",))).await.is_ok() {
            granted.insert(member);
        }
    }
    granted
}

/// The fault: of two guards, one inside the other, either suffices, or a facet of something guarded is
/// not guarded, or a membrane hands out what is behind something that it is in front of.
#[tokio::test]
async fn a10_authority_is_the_intersection() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for chain in 0..60 {
        let mut stub = Garden::default().shed().into_stub();
        let mut left: BTreeSet<_> = MEMBERS.into_iter().collect();
        for link in 0..dice.roll(8) {
            let (narrower, some) = narrow(&stub, &mut dice);
            left = left.intersection(&some).copied().collect();
            stub = narrower;
            assert_eq!(authority(&stub).await, left, "chain {chain}, link {link}");
        }
    }
}
