//! Whoever wants to know that a reference was taken back is told: once, and why.

use std::sync::{Arc, Mutex};

use capnweb_runtime::policy::CallBudget;
use capnweb_runtime::{Capability, Membrane, Revoker};

use super::{BankStub, Branch, VaultReaderStub, VaultStub, branch};
use crate::support::{Census, Link, in_time};

/// What somebody was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn watch(&self, reference: &impl Capability) {
        let told = self.clone();
        reference
            .as_stub()
            .on_broken(move |error| told.0.lock().unwrap().push(error.to_string()));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The fault: a caretaker is silent, so that whoever waits for the end of what they were lent waits
/// for ever.
#[tokio::test]
async fn a_caretaker_tells_that_it_was_revoked() {
    let branch = Branch::default();
    let (lent, revoker) = branch.vault().revocable();
    let told = Told::default();
    told.watch(&lent);
    assert!(told.take().is_empty(), "nothing has happened");
    revoker.revoke("dismissed");
    assert_eq!(told.take(), ["revoked: dismissed"]);
    told.watch(&lent);
    assert_eq!(told.take(), ["revoked: dismissed"], "at once");
    revoker.revoke("again");
    assert!(told.take().is_empty(), "twice");
}

/// The fault: who has a facet or a guard of what was lent is not told.
#[tokio::test]
async fn what_is_in_front_of_a_caretaker_is_told() {
    let (lent, revoker) = Branch::default().vault().revocable();
    let facet: VaultReaderStub = lent.attenuate();
    let guarded = facet.guarded(CallBudget::new(1));
    let told = Told::default();
    told.watch(&guarded);
    drop((lent, facet));
    revoker.revoke("dismissed");
    assert_eq!(told.take(), ["revoked: dismissed"]);
    drop(guarded);
}

/// The fault: of many in one care, or of those of a child, only the first is told; or those are who
/// have another revoker.
#[tokio::test]
async fn groups_and_children_are_told_with_their_reasons() {
    let branch = Branch::default();
    let house = Revoker::new();
    let (room, other) = (house.child(), Revoker::new());
    let lent = [&house, &house, &room, &other].map(|revoker| revoker.revocable(&branch.vault()));
    let told = [(); 4].map(|()| Told::default());
    for (told, lent) in told.iter().zip(&lent) {
        told.watch(lent);
    }
    room.revoke("the room");
    assert_eq!(told.each_ref().map(|told| told.take().len()), [0, 0, 1, 0]);
    house.revoke("the house");
    for told in &told[..2] {
        assert_eq!(told.take(), ["revoked: the house"]);
    }
    assert!(told[2].take().is_empty(), "it has been told");
    let child = house.child().revocable(&branch.vault());
    told[3].watch(&child);
    assert_eq!(told[3].take(), ["revoked: the house"], "late");
}

/// The fault: of two ends that a reference can have, the second is told too; or only one is looked at.
#[tokio::test]
async fn of_a_peers_object_the_first_end_is_told() {
    in_time(async {
        for revoked_first in [true, false] {
            let link = Link::in_process(branch());
            let vault = link.lend().await.unwrap();
            let (lent, revoker) = vault.revocable();
            let membrane = Membrane::new();
            let across = membrane.outward(&vault);
            let (told, told_across) = (Told::default(), Told::default());
            told.watch(&lent);
            told_across.watch(&across);
            if revoked_first {
                revoker.revoke("first");
                membrane.revoker().revoke("first");
            }
            link.session.close("second");
            link.session.closed().await;
            revoker.revoke("last");
            membrane.revoker().revoke("last");
            let (told, told_across) = (told.take(), told_across.take());
            assert_eq!((told.len(), told_across.len()), (1, 1), "{told:?}");
            assert_eq!(told[0] == "revoked: first", revoked_first, "{told:?}");
            assert_eq!(told, told_across);
        }
    })
    .await;
}

/// The fault: a promise of what is revoked before it arrives is silent.
#[tokio::test]
async fn a_call_that_is_taken_back_tells() {
    in_time(async {
        let branch = Branch::default();
        let (lent, revoker) = BankStub::new(branch).revocable();
        let link = Link::in_process(lent);
        let vault = link.lend();
        let told = Told::default();
        let there = told.clone();
        capnweb_runtime::Promise::on_broken(&vault, move |error| {
            there.0.lock().unwrap().push(error.to_string());
        });
        revoker.revoke("dismissed");
        assert!(vault.await.unwrap_err().is_revoked());
        assert_eq!(told.take(), ["revoked: dismissed"]);
    })
    .await;
}

/// The fault: whatever a callback holds is held until the revoker is gone, however many references come
/// and go that it was for.
#[tokio::test]
async fn who_watches_what_nobody_has_any_more_is_forgotten() {
    let (branch, watchers) = (Branch::default(), Census::default());
    let (revoker, membrane) = (Revoker::new(), Membrane::new());
    for _ in 0..100 {
        let lent: [VaultStub; 2] = [
            revoker.revocable(&branch.vault()),
            membrane.outward(&branch.vault()),
        ];
        for lent in lent {
            let held = watchers.citizen();
            lent.as_stub().on_broken(move |_| drop(held));
        }
    }
    assert_eq!(watchers.alive(), 0);
}

/// The fault: a callback that panics leaves the others untold, or the revocation unfinished.
#[tokio::test]
async fn a_callback_that_fails_stops_nothing() {
    let branch = Branch::default();
    let (lent, revoker) = branch.vault().revocable();
    let told = Told::default();
    lent.as_stub().on_broken(|_| panic!("as the test wants it"));
    told.watch(&lent);
    let within = lent.clone();
    let again = revoker.clone();
    lent.as_stub().on_broken(move |_| {
        again.revoke("from within");
        drop(within);
    });
    revoker.revoke("dismissed");
    assert_eq!(told.take(), ["revoked: dismissed"]);
    assert_eq!(branch.census.alive(), 0);
}
