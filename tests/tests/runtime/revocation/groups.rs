//! One revoker for many references, and revokers behind others.

use std::sync::Arc;

use capnweb_runtime::{Result, Revoker};

use super::{Branch, VaultStub, assert_revoked};
use crate::support::{Link, in_time};

/// What stands behind several gates ends with any of them, and nothing else does.
#[tokio::test]
async fn children_end_with_their_parents_and_not_the_other_way_round() {
    let branch = Branch::default();
    let house = Revoker::new();
    let (floor, other_floor) = (house.child(), house.child());
    let room = floor.child();
    let lent =
        [&house, &floor, &other_floor, &room].map(|revoker| revoker.revocable(&branch.vault()));
    let peek = async |at: usize| in_time(lent[at].peek()).await;
    room.revoke("the room");
    assert_revoked(peek(3).await, "the room");
    assert_eq!(peek(1).await.unwrap(), "gold");
    floor.revoke("the floor");
    assert_revoked(peek(1).await, "the floor");
    assert_revoked(peek(3).await, "the room");
    assert_eq!(peek(2).await.unwrap(), "gold");
    house.revoke("the house");
    assert_revoked(peek(0).await, "the house");
    assert_revoked(peek(2).await, "the house");
    other_floor.revoke("too late");
    assert_revoked(peek(2).await, "the house");
    assert!(other_floor.is_revoked());
    assert_eq!(branch.census.alive(), 0, "nothing is held");
    let late = house.child().revocable(&branch.vault());
    assert_revoked(late.peek().await, "the house");
    assert_eq!(branch.census.alive(), 0, "nothing is taken into care");
}

/// The fault: what is pending behind a child is not found when the parent is revoked.
#[tokio::test]
async fn pending_calls_of_children_fail_with_their_parent() {
    let branch = Branch::default();
    let house = Revoker::new();
    let room = house.child().child();
    let link = Link::in_process(room.revocable(&branch.vault()));
    let pending = link.hang();
    in_time(branch.started.notified()).await;
    house.revoke("fire");
    assert_revoked(in_time(pending).await, "fire");
    assert_eq!(branch.census.alive(), 1, "by the handler that hangs");
}

/// The fault: a revoker keeps what nobody holds any more, or its children do.
#[tokio::test]
async fn what_is_dropped_before_it_is_revoked_is_forgotten() {
    let branch = Branch::default();
    let house = Revoker::new();
    for _ in 0..100 {
        let room = house.child();
        let lent: VaultStub = room.revocable(&branch.vault());
        in_time(lent.peek()).await.unwrap();
    }
    assert_eq!(branch.census.alive(), 0);
    let deep = (0..100_000).fold(house.clone(), |above, _| above.child());
    drop(deep);
    house.revoke("nobody is there");
}

/// Both of two gates must be open, and a revoked one says why.
#[tokio::test]
async fn a_reference_can_have_two_caretakers() {
    for first in [0, 1] {
        let branch = Branch::default();
        let (inner, inner_revoker) = branch.vault().revocable();
        let (outer, outer_revoker) = inner.revocable();
        let link = Link::in_process(outer);
        let pending = link.hang();
        in_time(branch.started.notified()).await;
        let revokers = [inner_revoker, outer_revoker];
        revokers[first].revoke("one suffices");
        assert_revoked(in_time(pending).await, "one suffices");
        assert_revoked(in_time(link.peek()).await, "one suffices");
    }
}

/// A hundred thousand references in care: each is revoked, and let go of.
#[tokio::test]
async fn a_hundred_thousand_references_are_revoked_together() -> Result<()> {
    let branch = Branch::default();
    let house = Revoker::new();
    let lent: Vec<VaultStub> = (0..100_000)
        .map(|at| match at % 2 {
            0 => house.revocable(&branch.vault()),
            _ => house.child().revocable(&branch.vault()),
        })
        .collect();
    assert_eq!(branch.census.alive(), 100_000);
    assert_eq!(lent[99_999].peek().await?, "gold");
    house.revoke("all");
    assert_eq!(branch.census.alive(), 0);
    for at in [0, 1, 50_000, 99_999] {
        assert_revoked(lent[at].peek().await, "all");
    }
    drop(Arc::new(lent));
    Ok(())
}
