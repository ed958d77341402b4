//! Attempts that are to stop.

use std::time::Duration;

use capnweb_runtime::Error;
use serde_json::json;
use tokio::time::sleep;

use super::house::{House, until};
use crate::model::{EndReason, FailureClass, TaskStatus};

#[tokio::test(start_paused = true)]
async fn a_cancelled_attempt_has_ten_seconds_to_stop_and_its_slot_until_it_has() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let task = house.submit(json!({"needs_storage": true})).await;
    let begun = hands.begin().await;
    let storage = begun.task.get_storage().await.unwrap();
    task.cancel().await.unwrap();
    assert_eq!(house.status(&task).await, TaskStatus::Cancelled);
    assert_eq!(
        hands.hear().await,
        format!("cancel {}", task.id().await.unwrap())
    );
    assert!(begun.task.is_cancelled().await.unwrap());
    assert!(
        begun.task.complete(json!(1)).await.is_err(),
        "a cancelled task stays so"
    );
    let next = house.submit(json!({})).await;
    sleep(Duration::from_secs(9)).await;
    storage.write("k", json!("tidied up"), None).await.unwrap();
    assert_eq!(
        house.status(&next).await,
        TaskStatus::Pending,
        "the slot is taken"
    );
    sleep(Duration::from_secs(2)).await;
    assert!(storage.write("k", json!("late"), None).await.is_err());
    assert!(begun.task.is_cancelled().await.unwrap_err().is_revoked());
    hands.begin().await.answer(json!(2));
    until(&house, &next, TaskStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_has_stopped_gets_the_next_task_at_once() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let task = house.submit(json!({})).await;
    let begun = hands.begin().await;
    task.cancel().await.unwrap();
    hands.hear().await;
    let next = house.submit(json!({})).await;
    begun.throw(Error::new("stopped"));
    hands.begin().await.answer(json!(2));
    let took = until(&house, &next, TaskStatus::Completed).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(house.status(&task).await, TaskStatus::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_has_no_ear_for_it_is_not_waited_for() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join_plain().await;
    let task = house.submit(json!({})).await;
    let begun = hands.begin().await;
    task.cancel().await.unwrap();
    let next = house.submit(json!({})).await;
    hands.begin().await.answer(json!(2));
    let took = until(&house, &next, TaskStatus::Completed).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert!(begun.task.is_cancelled().await.unwrap_err().is_revoked());
}

#[tokio::test(start_paused = true)]
async fn a_task_tried_again_while_its_worker_stops_ends_the_stopping() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(2).await;
    let task = house.submit(json!({"needs_storage": true})).await;
    let stale = hands.begin().await;
    let storage = stale.task.get_storage().await.unwrap();
    task.cancel().await.unwrap();
    let id = task.id().await.unwrap().to_string();
    house.gateway.get_task_queue().retry_task(id).await.unwrap();
    let fresh = hands.begin().await;
    assert!(storage.write("k", json!("stale"), None).await.is_err());
    assert!(stale.task.is_cancelled().await.unwrap_err().is_revoked());
    fresh.answer(json!("fresh"));
    until(&house, &task, TaskStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_asked_to_stop_and_then_made_to() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let params = json!({"timeout_ms": 60_000, "retry": {"max_attempts": 1}});
    let task = house.submit(params).await;
    let begun = hands.begin().await;
    sleep(Duration::from_secs(59)).await;
    assert!(!begun.task.is_cancelled().await.unwrap());
    assert!(hands.hear().await.starts_with("cancel "));
    assert!(begun.task.is_cancelled().await.unwrap());
    assert_eq!(house.status(&task).await, TaskStatus::Running);
    let took = until(&house, &task, TaskStatus::Failed).await;
    assert!((9_500..=10_500).contains(&took.as_millis()), "{took:?}");
    assert!(
        begun
            .task
            .complete(json!(1))
            .await
            .unwrap_err()
            .is_revoked()
    );
    let record = house.look(&task, Clone::clone).await;
    assert_eq!(record.history[0].why, EndReason::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_result_that_comes_while_it_stops_is_taken_and_an_error_is_the_timeout() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let params = json!({"timeout_ms": 1_000, "retry": {"max_attempts": 1}});
    let task = house.submit(params.clone()).await;
    let begun = hands.begin().await;
    hands.hear().await;
    begun.answer(json!("just so"));
    until(&house, &task, TaskStatus::Completed).await;
    let task = house.submit(params).await;
    let begun = hands.begin().await;
    hands.hear().await;
    begun.throw(Error::new("aborted"));
    until(&house, &task, TaskStatus::Failed).await;
    let failure = house.look(&task, |task| task.failure().cloned()).await;
    assert_eq!(failure.unwrap().class, FailureClass::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_never_answers_loses_the_task_and_not_its_place() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let task = house.submit(json!({})).await;
    drop(hands.begin().await);
    let took = until(&house, &task, TaskStatus::Retrying).await;
    let minutes = 15 * 60;
    assert!(
        (minutes..minutes + 12).contains(&took.as_secs()),
        "{took:?}"
    );
    hands.begin().await.answer(json!("this time"));
    until(&house, &task, TaskStatus::Completed).await;
}
