//! Workers that leave, are lost, and come back.

use std::time::Duration;

use serde_json::json;

use super::house::{House, patient, until};
use crate::caps::{AssignmentStub, StorageStub};
use crate::model::{EndReason, TaskStatus};

/// Checks that nothing can be done any more with what was handed out.
async fn is_dead(task: &AssignmentStub, storage: Option<&StorageStub>) {
    let complete = task.complete(json!("stale")).await.unwrap_err();
    assert!(
        complete.is_revoked() || complete.is_disconnected(),
        "{complete}"
    );
    if let Some(storage) = storage {
        let write = storage.write("k", json!("stale"), None).await.unwrap_err();
        assert!(write.to_string().contains("revoked"), "{write}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_worker_is_replaced_and_its_late_writes_are_refused() {
    let house = House::open().await;
    let stopped = house.connect().await;
    let (member, mut hands) = stopped.join(1).await;
    let task = house.submit(json!({"needs_storage": true})).await;
    let stale = hands.begin().await;
    let storage = stale.task.get_storage().await.unwrap();
    storage.write("k", json!("first"), None).await.unwrap();
    // It answers for a while, and its lease goes on; then it does not.
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert_eq!(house.status(&task).await, TaskStatus::Running);
    hands.fall_asleep();
    let taken_over = until(&house, &task, TaskStatus::Pending).await;
    assert!(taken_over < Duration::from_secs(40), "{taken_over:?}");
    let (_other, mut others) = house.connect().await.join(1).await;
    let fresh = others.begin().await;
    is_dead(&stale.task, Some(&storage)).await;
    assert!(member.leave().await.unwrap_err().is_revoked());
    assert!(hands.hear().await.contains("not heard of"));
    let storage = fresh.task.get_storage().await.unwrap();
    assert_eq!(storage.read("k").await.unwrap(), json!("first"));
    fresh.answer(json!("fresh"));
    stale.answer(json!("stale"));
    until(&house, &task, TaskStatus::Completed).await;
    let record = house.look(&task, Clone::clone).await;
    assert_eq!(**record.result().unwrap(), json!("fresh"));
    assert_eq!(record.history[0].why, EndReason::LeaseExpired);
    assert_eq!(record.losses.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_leaves_gives_its_tasks_back_at_once() {
    let house = House::open().await;
    let (member, mut hands) = house.connect().await.join(1).await;
    let task = house.submit(json!({})).await;
    let begun = hands.begin().await;
    member.leave().await.unwrap();
    assert_eq!(house.status(&task).await, TaskStatus::Pending);
    is_dead(&begun.task, None).await;
    let record = house.look(&task, Clone::clone).await;
    assert_eq!((record.failures, record.losses.len()), (0, 0));
    assert_eq!(record.history[0].why, EndReason::WorkerLeft);
    assert_eq!(
        house
            .gateway
            .get_worker_pool()
            .worker_count()
            .await
            .unwrap(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_connection_is_closed_in_good_order_has_left() {
    let house = House::open().await;
    let guest = house.connect().await;
    let (member, mut hands) = guest.join(1).await;
    let task = house.submit(json!({})).await;
    drop(hands.begin().await);
    drop((member, hands, guest));
    let took = until(&house, &task, TaskStatus::Pending).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let why = house.look(&task, |task| task.history[0].why).await;
    assert_eq!(why, EndReason::WorkerLeft);
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_costs_the_tasks_after_a_grace_only() {
    let house = House::open().await;
    let guest = house.connect().await;
    let (_member, mut hands) = guest.join(2).await;
    let task = house.submit(json!({})).await;
    let _begun = hands.begin().await;
    guest.session.close("the network is down");
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(house.status(&task).await, TaskStatus::Running);
    let next = house.submit(json!({})).await;
    assert_eq!(
        house.status(&next).await,
        TaskStatus::Pending,
        "nobody is there"
    );
    let took = until(&house, &task, TaskStatus::Pending).await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(house.look(&task, |task| task.losses.len()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_comes_back_goes_on_with_what_it_asks_for() {
    let house = House::open().await;
    let guest = house.connect().await;
    let (member, mut hands) = guest.join(2).await;
    let (kept, forgotten) = (house.submit(patient()).await, house.submit(patient()).await);
    let (stale, _lost) = (hands.begin().await, hands.begin().await);
    let epoch = stale.task.epoch().await.unwrap();
    let key = member.resume_key().await.unwrap();
    guest.session.close("the network is down");
    tokio::time::sleep(Duration::from_secs(5)).await;

    let (member, mut hands) = house.connect().await.come_back(&key).await.unwrap();
    let id = kept.id().await.unwrap();
    let task = member.attempt(id, epoch).await.unwrap();
    assert!(
        member.attempt(id, epoch + 1).await.is_err(),
        "there is none"
    );
    // What it does not ask for goes back to the queue, and is handed out anew.
    let again = hands.begin().await;
    assert_eq!(
        again.task.id().await.unwrap(),
        forgotten.id().await.unwrap()
    );
    let record = house.look(&forgotten, Clone::clone).await;
    assert_eq!((record.failures, record.losses.len()), (0, 0));
    tokio::time::sleep(Duration::from_mins(1)).await;
    task.complete(json!("kept")).await.unwrap();
    assert_eq!(house.status(&kept).await, TaskStatus::Completed);
    assert_eq!(house.look(&kept, |task| task.epoch.number()).await, epoch);
    is_dead(&stale.task, None).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_takes_the_place_of_another_without_its_key() {
    let house = House::open().await;
    let (member, mut hands) = house.connect().await.join(1).await;
    let key = member.resume_key().await.unwrap();
    let (id, _) = key.split_once('.').unwrap();
    let thief = house.connect().await;
    for guess in [
        id,
        "",
        &format!("{id}."),
        &format!("{id}.{}", "0".repeat(64)),
    ] {
        assert!(thief.come_back(guess).await.is_err(), "{guess}");
    }
    let task = house.submit(json!({})).await;
    hands.begin().await.answer(json!(1));
    until(&house, &task, TaskStatus::Completed).await;
    member.leave().await.unwrap();
    assert!(thief.come_back(&key).await.is_err(), "it has left");
}

#[tokio::test(start_paused = true)]
async fn a_revoked_worker_loses_everything_in_the_midst_of_an_attempt() {
    let house = House::open().await;
    let guest = house.connect().await;
    let (member, mut hands) = guest.join(1).await;
    let key = member.resume_key().await.unwrap();
    let id = member.id().await.unwrap();
    let task = house.submit(json!({"needs_storage": true})).await;
    let begun = hands.begin().await;
    let storage = begun.task.get_storage().await.unwrap();
    let pool = house.gateway.get_worker_pool();
    pool.revoke_worker(id.to_string()).await.unwrap();
    is_dead(&begun.task, Some(&storage)).await;
    assert!(member.drain().await.unwrap_err().is_revoked());
    assert!(hands.hear().await.contains("revoked"));
    assert!(guest.come_back(&key).await.is_err());
    assert_eq!(house.status(&task).await, TaskStatus::Pending);
    let (_other, mut others) = house.connect().await.join(1).await;
    others.begin().await.answer(json!(1));
    until(&house, &task, TaskStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn workers_outlive_the_server_and_tasks_are_not_blamed_for_it() {
    let house = House::open().await;
    let (one, two) = (house.connect().await, house.connect().await);
    let ((member, mut hands), (_gone, mut others)) = (one.join(1).await, two.join(1).await);
    let (kept, lost) = (house.submit(json!({})).await, house.submit(json!({})).await);
    let (stale, _lost) = (hands.begin().await, others.begin().await);
    let epoch = stale.task.epoch().await.unwrap();
    let key = member.resume_key().await.unwrap();
    let ids = (kept.id().await.unwrap(), lost.id().await.unwrap());

    let house = house.restart().await;
    let queue = house.gateway.get_task_queue();
    let kept = queue.get_task(ids.0.to_string()).await.unwrap();
    let lost = queue.get_task(ids.1.to_string()).await.unwrap();
    assert_eq!(house.status(&kept).await, TaskStatus::Running);
    let (member, _hands) = house.connect().await.come_back(&key).await.unwrap();
    let task = member.attempt(ids.0, epoch).await.unwrap();
    let took = until(&house, &lost, TaskStatus::Pending).await;
    assert!(took <= Duration::from_secs(9), "{took:?}");
    let record = house.look(&lost, Clone::clone).await;
    assert_eq!((record.failures, record.losses.len()), (0, 0));
    assert_eq!(record.history[0].why, EndReason::ServerLost);
    task.complete(json!("kept")).await.unwrap();
    assert_eq!(house.status(&kept).await, TaskStatus::Completed);
}

#[tokio::test(start_paused = true)]
async fn a_draining_worker_brings_to_an_end_what_it_has() {
    let house = House::open().await;
    let (member, mut hands) = house.connect().await.join(2).await;
    let first = house.submit(json!({})).await;
    let begun = hands.begin().await;
    let id = member.id().await.unwrap().to_string();
    house
        .gateway
        .get_worker_pool()
        .drain_worker(id)
        .await
        .unwrap();
    assert_eq!(hands.hear().await, "drain");
    let second = house.submit(json!({})).await;
    begun.answer(json!(1));
    until(&house, &first, TaskStatus::Completed).await;
    assert!(hands.is_idle());
    assert_eq!(house.status(&second).await, TaskStatus::Pending);
}
