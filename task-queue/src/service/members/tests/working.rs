//! Carrying out tasks.

use capnweb_runtime::{Error, Value as WireValue};
use serde_json::json;

use super::house::{Guest, House, until};
use crate::model::{EndReason, FailureClass, TaskStatus};

#[tokio::test(start_paused = true)]
async fn whoever_passes_an_object_with_execute_is_a_worker() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join_plain().await;
    let task = house.submit(json!({"size": 3})).await;
    let begun = hands.begin().await;
    assert_eq!(
        begun.task.get_info().await.unwrap().params,
        json!({"size": 3})
    );
    begun.answer(json!("done"));
    until(&house, &task, TaskStatus::Completed).await;
    let result = house.look(&task, |task| task.result().cloned()).await;
    assert_eq!(*result.unwrap(), json!("done"));
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_told_what_it_would_have_to_ask() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let params =
        json!({"size": 3, "needs_storage": true, "retry": {"max_attempts": 2, "unit_ms": 1}});
    let task = house.submit(params).await;
    let first = hands.begin().await;
    let briefing = first.briefing.clone().unwrap();
    assert_eq!((briefing.epoch, briefing.failures), (1, 0));
    assert_eq!(briefing.checkpoint, json!(null));
    first.task.save_checkpoint(json!("half")).await.unwrap();
    first.throw(Error::new("once more"));
    let second = hands.begin().await;
    let briefing = second.briefing.clone().unwrap();
    let info = second.task.get_info().await.unwrap();
    assert_eq!(briefing.epoch, second.task.epoch().await.unwrap());
    assert_eq!(briefing.checkpoint, json!("half"));
    assert_eq!(
        (briefing.id, briefing.kind, briefing.params),
        (info.id, info.kind, info.params)
    );
    assert_eq!((briefing.failures, briefing.grants), (1, info.grants));
    second.answer(json!(0));
    until(&house, &task, TaskStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_worker_has_as_many_tasks_at_a_time_as_it_has_slots() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(2).await;
    let mut tasks = Vec::new();
    for _ in 0..3 {
        tasks.push(house.submit(json!({})).await);
    }
    let (first, _second) = (hands.begin().await, hands.begin().await);
    assert!(hands.is_idle(), "it has a third task, and two slots");
    assert_eq!(house.status(&tasks[2]).await, TaskStatus::Pending);
    first.answer(json!(1));
    let third = hands.begin().await;
    assert_eq!(third.task.id().await.unwrap(), tasks[2].id().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn of_several_answers_the_first_counts() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    for throws in [false, true] {
        let task = house.submit(json!({})).await;
        let begun = hands.begin().await;
        begun.task.complete(json!("first")).await.unwrap();
        assert!(begun.task.complete(json!("second")).await.is_err());
        if throws {
            begun.throw(Error::new("too late"));
        } else {
            begun.answer(json!("third"));
        }
        // The worker is there for another task, so the answer has been heard.
        let next = house.submit(json!({})).await;
        hands.begin().await.answer(json!(0));
        until(&house, &next, TaskStatus::Completed).await;
        let record = house.look(&task, Clone::clone).await;
        assert_eq!(**record.result().unwrap(), json!("first"));
        assert_eq!((record.failures, record.history.len()), (0, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_agent_throws_is_known_by_its_code_and_name() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let params = json!({"retry": {"errors": {"E_FULL": "park", "RangeError": "dead"}}});
    let full = Error::new("no room").with_prop("code", WireValue::String("E_FULL".to_owned()));
    let bad = Error::new("no").with_prop("retryable", WireValue::Bool(false));
    let thrown = [
        (full, FailureClass::Parked),
        (Error::range_error("too many"), FailureClass::Transient),
        (bad, FailureClass::Permanent),
    ];
    for (error, class) in thrown {
        let task = house.submit(params.clone()).await;
        hands.begin().await.throw(error);
        until(&house, &task, TaskStatus::Failed).await;
        let failure = house.look(&task, |task| task.failure().cloned()).await;
        assert_eq!(failure.unwrap().class, class);
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_fails_is_tried_again_by_default() {
    let house = House::open().await;
    let (_member, mut hands) = house.connect().await.join(1).await;
    let task = house.submit(json!({})).await;
    hands.begin().await.throw(Error::new("not yet"));
    until(&house, &task, TaskStatus::Retrying).await;
    hands.begin().await.answer(json!("now"));
    until(&house, &task, TaskStatus::Completed).await;
}

async fn refused(guest: &Guest, change: impl FnOnce(&mut crate::caps::OfferedWork)) -> String {
    let mut offer = super::house::offer(1);
    change(&mut offer);
    let agent = crate::caps::WorkerAgentStub::new(super::house::idle_agent(guest));
    let refused = guest.pool.join(agent, offer, None).await;
    refused.unwrap_err().to_string()
}

#[tokio::test(start_paused = true)]
async fn an_offer_of_too_much_is_refused_and_leaves_nothing_behind() {
    let house = House::with(|config| {
        config.limits.slots = 5;
        config.limits.offered = 2;
        config.limits.workers = 1;
    })
    .await;
    let guest = house.connect().await;
    assert!(
        refused(&guest, |offer| offer.concurrency = Some(6))
            .await
            .contains("5 tasks")
    );
    assert!(
        refused(&guest, |offer| offer.concurrency = Some(0))
            .await
            .contains("one task")
    );
    assert!(
        refused(&guest, |offer| offer.types.clear())
            .await
            .contains("one type")
    );
    let many = ["a", "b", "c"].map(|name| name.parse().unwrap());
    assert!(
        refused(&guest, |offer| offer.types = many.into())
            .await
            .contains("2 types")
    );
    let many = ["a", "b", "c"].map(|name| name.parse().unwrap());
    assert!(
        refused(&guest, |offer| offer.tags = many.into())
            .await
            .contains("2 tags")
    );
    let (_bystander, mut hands) = guest.join(5).await;
    assert!(refused(&guest, |_| {}).await.contains("1 workers"));
    let task = house.submit(json!({})).await;
    hands.begin().await.answer(json!(1));
    until(&house, &task, TaskStatus::Completed).await;
    let why = house.look(&task, |task| task.history[0].why).await;
    assert_eq!(why, EndReason::Completed);
}
