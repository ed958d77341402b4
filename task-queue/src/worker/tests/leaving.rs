//! How workers end.

use std::sync::Arc;

use capnweb_runtime::Revoker;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::house::House;
use crate::model::TaskStatus;
use crate::worker::{Context, Departure, Notice, StopReason, TaskError, Worker};

fn patient(done: &Arc<Notify>) -> Worker {
    let done = Arc::clone(done);
    Worker::new().task("wait", move |_: Value, context: Context| {
        let done = Arc::clone(&done);
        async move {
            tokio::select! {
                () = done.notified() => Ok("done"),
                reason = context.cancelled() => {
                    assert_eq!(reason, StopReason::Leaving);
                    Err(TaskError::cancelled())
                }
            }
        }
    })
}

/// The faults: what a worker has is thrown away when it is to leave; it gets more meanwhile.
#[tokio::test]
async fn a_worker_that_leaves_brings_to_an_end_what_it_has() {
    let house = House::open().await;
    let done = Arc::new(Notify::new());
    let mut working = house.employ(patient(&done)).await;
    let task = house.submit("wait", json!({})).await;
    working
        .hears(|notice| matches!(notice, Notice::Started { .. }))
        .await;
    let later = house.submit("wait", json!({})).await;
    working.tell_to_leave();
    working
        .hears(|notice| matches!(notice, Notice::Draining { attempts: 1 }))
        .await;
    done.notify_one();
    assert_eq!(
        working.end().await.unwrap(),
        Departure::Left { given_back: 0 }
    );
    assert_eq!(house.end_of(&task).await.result, Some(json!("done")));
    assert_eq!(later.status().await.unwrap(), TaskStatus::Pending);
    house.close().await;
}

/// The fault: a deployment burns an attempt of every task that is under way.
#[tokio::test]
async fn what_is_not_done_in_time_is_given_back_and_nothing_is_counted() {
    let house = House::open().await;
    let done = Arc::new(Notify::new());
    let mut working = house.employ(patient(&done)).await;
    let task = house
        .submit("wait", json!({"retry": {"max_attempts": 1}}))
        .await;
    working
        .hears(|notice| matches!(notice, Notice::Started { .. }))
        .await;
    assert_eq!(working.leave().await, Departure::Left { given_back: 1 });
    let info = task.get_info().await.unwrap();
    assert_eq!((info.status, info.failures), (TaskStatus::Pending, 0));

    let next = house.employ(patient(&done)).await;
    done.notify_one();
    assert_eq!(house.end_of(&task).await.result, Some(json!("done")));
    next.leave().await;
    house.close().await;
}

/// The fault: a worker that was revoked joins again, for ever.
#[tokio::test]
async fn a_worker_that_is_revoked_ends() {
    let house = House::open().await;
    let worker = Worker::new().task("hang", |_: Value, context: Context| async move {
        context.cancelled().await;
        Err::<(), _>(TaskError::cancelled())
    });
    let mut working = house.employ(worker).await;
    let task = house.submit("hang", json!({})).await;
    working
        .hears(|notice| matches!(notice, Notice::Started { .. }))
        .await;
    let pool = house.gateway.get_worker_pool();
    let workers = pool.list_workers().await.unwrap();
    let joined = workers
        .iter()
        .find(|worker| worker.kind.as_str() == "default");
    pool.revoke_worker(joined.unwrap().id.to_string())
        .await
        .unwrap();
    assert_eq!(working.end().await.unwrap(), Departure::Revoked);
    let info = task.get_info().await.unwrap();
    assert_eq!((info.status, info.failures), (TaskStatus::Pending, 0));
    house.close().await;
}

/// The fault: what a worker came by is taken away, and with it the way to tell it; it waits for ever.
#[tokio::test]
async fn a_worker_from_which_all_was_taken_without_a_word_ends() {
    let revoker = Revoker::new();
    let house = House::open_within(&revoker).await;
    let worker = Worker::new().task("echo", |params: Value, _| async move {
        Ok::<_, TaskError>(params)
    });
    let working = house.employ(worker).await;
    revoker.revoke("nobody is told");
    assert_eq!(working.end().await.unwrap(), Departure::Revoked);
    house.close().await;
}

/// The fault: a supervisor asks a worker to drain, and it goes on for ever without a task.
#[tokio::test]
async fn a_worker_that_is_drained_leaves() {
    let house = House::open().await;
    let done = Arc::new(Notify::new());
    let working = house.employ(patient(&done)).await;
    let pool = house.gateway.get_worker_pool();
    let workers = pool.list_workers().await.unwrap();
    let joined = workers
        .iter()
        .find(|worker| worker.kind.as_str() == "default");
    pool.drain_worker(joined.unwrap().id.to_string())
        .await
        .unwrap();
    assert_eq!(
        working.end().await.unwrap(),
        Departure::Left { given_back: 0 }
    );
    house.close().await;
}
