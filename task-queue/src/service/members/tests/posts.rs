//! Workers that join on accounts of their own.

use std::time::Duration;

use capnweb_runtime::{Error, Value as Wire};
use serde_json::json;

use super::house::{House, idle_agent, offer, patient, until};
use crate::caps::{Invitation, Minted, OfferedWork, Revoking, WorkerAgentStub};
use crate::model::{EndReason, Role, Tag, TaskStatus};

impl House {
    async fn mint(&self, wish: Invitation) -> Minted {
        self.gateway.get_access().mint(wish).await.unwrap()
    }

    async fn revoke(&self, minted: &Minted) {
        let revoked = self.gateway.get_access();
        let revoked = revoked.revoke(minted.id.to_string(), Revoking::default());
        assert_eq!(revoked.await.unwrap().revoked, [minted.id]);
    }
}

fn worker() -> Invitation {
    Invitation::new(Role::Worker, "a worker")
}

fn code(error: &Error) -> &str {
    match error.prop("code") {
        Some(Wire::String(code)) => code,
        _ => "none",
    }
}

/// The faults: a worker is in another pool than it was let in for, or gets tasks of another type.
#[tokio::test(start_paused = true)]
async fn a_worker_is_in_the_pool_and_for_the_types_of_its_account() {
    let house = House::open().await;
    let minted = house.mint(Invitation {
        pool: Some("gpu".parse().unwrap()),
        types: Some(vec!["thumbnail".parse().unwrap(), "gpu".parse().unwrap()]),
        ..worker()
    });
    let guest = house.connect_by(&minted.await.reference).await;
    let refused = async |offer: OfferedWork| {
        let agent = WorkerAgentStub::new(idle_agent(&guest));
        guest.pool.join(agent, offer, None).await.unwrap_err()
    };
    let elsewhere = OfferedWork {
        pool: Some("cpu".parse().unwrap()),
        ..offer(1)
    };
    assert_eq!(code(&refused(elsewhere).await), "POOL_NOT_ALLOWED");
    let mut more = offer(1);
    more.types.push("io".parse().unwrap());
    assert_eq!(code(&refused(more).await), "TYPE_NOT_ALLOWED");
    assert!(house.workers().await.is_empty(), "something was left");

    let (_member, _hands) = guest.join(1).await;
    let joined = house.workers().await;
    assert_eq!(joined[0].offer.pool.as_str(), "gpu");
    let tags: Vec<_> = joined[0].offer.tags.iter().map(Tag::as_str).collect();
    assert_eq!(tags, ["gpu"]);
}

/// The faults: the tasks of those who came by a link stay with them when it is revoked, or are the
/// worse for it; what they were handed lives on; somebody else's workers go too; they are not told, since
/// that goes through what was taken from them, and wait forever.
#[tokio::test(start_paused = true)]
async fn workers_are_dismissed_with_the_link_by_which_they_came() {
    for role in [Role::Worker, Role::Supervisor] {
        let house = House::open().await;
        let minted = house.mint(Invitation::new(role, "lent")).await;
        let (_, mut others) = house.connect().await.join(1).await;
        let theirs = house.submit(json!({})).await;
        let bystander = others.begin().await;

        let guest = house.connect_by(&minted.reference).await;
        let (member, mut hands) = guest.join(1).await;
        let task = house.submit(json!({"needs_storage": true})).await;
        let begun = hands.begin().await;
        let storage = begun.task.get_storage().await.unwrap();

        house.revoke(&minted).await;
        assert!(hands.hear().await.contains("revoked"), "{role}");
        assert_eq!(house.status(&task).await, TaskStatus::Pending, "{role}");
        let record = house.look(&task, Clone::clone).await;
        assert_eq!(record.history[0].why, EndReason::WorkerRevoked);
        assert_eq!((record.failures, record.losses.len()), (0, 0));
        assert!(
            begun
                .task
                .complete(json!(1))
                .await
                .unwrap_err()
                .is_revoked()
        );
        let write = storage.write("k", json!(1), None).await.unwrap_err();
        assert!(write.to_string().contains("revoked"), "{write}");
        assert!(member.leave().await.unwrap_err().is_revoked());
        let agent = WorkerAgentStub::new(idle_agent(&guest));
        let again = guest.pool.join(agent, offer(1), None).await;
        assert!(again.unwrap_err().is_revoked());

        bystander.answer(json!("done"));
        until(&house, &theirs, TaskStatus::Completed).await;
        // The slot that is free now takes what was given back.
        others.begin().await.answer(json!("done"));
        until(&house, &task, TaskStatus::Completed).await;
    }
}

/// The fault: a link that has ended goes on working for those who are in, or its end counts as a failure
/// of what they have.
#[tokio::test(start_paused = true)]
async fn workers_are_dismissed_when_their_account_ends() {
    let house = House::open().await;
    let now = house.supervisor.hub().clock.now().as_millis();
    let minted = house.mint(Invitation {
        expires: Some(now + 60_000),
        ..worker()
    });
    let guest = house.connect_by(&minted.await.reference).await;
    let (_member, mut hands) = guest.join(1).await;
    let task = house.submit(patient()).await;
    let begun = hands.begin().await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(house.status(&task).await, TaskStatus::Running);
    let took = until(&house, &task, TaskStatus::Pending).await;
    assert!(took <= Duration::from_secs(21), "{took:?}");
    let why = house.look(&task, |task| task.history[0].why).await;
    assert_eq!(why, EndReason::WorkerRevoked);
    assert!(
        begun
            .task
            .complete(json!(1))
            .await
            .unwrap_err()
            .is_revoked()
    );
    let agent = WorkerAgentStub::new(idle_agent(&guest));
    let again = guest.pool.join(agent, offer(1), None).await.unwrap_err();
    assert_eq!(code(&again), "NO_SUCH_REFERENCE");
}

/// The faults: a worker takes the place of one that was let in by another link; or its own is lost to it.
#[tokio::test(start_paused = true)]
async fn one_comes_back_by_the_link_by_which_one_came() {
    let house = House::open().await;
    let (own, other) = (house.mint(worker()).await, house.mint(worker()).await);
    let guest = house.connect_by(&own.reference).await;
    let (member, mut hands) = guest.join(1).await;
    let key = member.resume_key().await.unwrap();
    let task = house.submit(json!({})).await;
    let _begun = hands.begin().await;
    guest.session.close("the network is down");
    let stranger = house.connect_by(&other.reference).await;
    let refused = stranger.come_back(&key).await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("not found"), "{refused}");
    let back = house.connect_by(&own.reference).await;
    let (member, _hands) = back.come_back(&key).await.unwrap();
    let attempt = member.attempt(task.id().await.unwrap(), 1).await.unwrap();
    attempt.complete(json!("done")).await.unwrap();
    until(&house, &task, TaskStatus::Completed).await;
}

/// The fault: through what stands around a link, the end of a connection looks like a loss.
#[tokio::test(start_paused = true)]
async fn who_came_by_a_link_and_closes_the_connection_has_left() {
    let house = House::open().await;
    let minted = house.mint(worker()).await;
    let guest = house.connect_by(&minted.reference).await;
    let (member, mut hands) = guest.join(1).await;
    let task = house.submit(json!({})).await;
    drop(hands.begin().await);
    drop((member, hands, guest));
    let took = until(&house, &task, TaskStatus::Pending).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let why = house.look(&task, |task| task.history[0].why).await;
    assert_eq!(why, EndReason::WorkerLeft);
}
