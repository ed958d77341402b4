//! Connections that break, and what goes on all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc};

use super::house::House;
use crate::worker::{Context, Notice, StopReason, TaskError, Worker};

/// The faults: a break costs an attempt; what a handler was lent before is dead after it; its outcome
/// is lost with the connection.
#[tokio::test]
async fn a_handler_outlives_its_connection() {
    let house = House::open().await;
    let (cut, runs) = (Arc::new(Notify::new()), Arc::new(AtomicUsize::new(0)));
    let (go_on, ran) = (Arc::clone(&cut), Arc::clone(&runs));
    let worker = Worker::new().task("hold", move |_: Value, context: Context| {
        let (cut, runs) = (Arc::clone(&go_on), Arc::clone(&ran));
        async move {
            runs.fetch_add(1, Ordering::SeqCst);
            let storage = context.storage()?;
            storage.write("k", json!(1), None).await?;
            context.progress(0.25).await?;
            cut.notified().await;
            context.progress(0.5).await?;
            Ok::<_, TaskError>(storage.read("k").await?)
        }
    });
    let mut working = house.employ(worker).await;
    let task = house.submit("hold", json!({"needs_storage": true})).await;
    working
        .hears(|notice| matches!(notice, Notice::Started { .. }))
        .await;
    while task.progress().await.unwrap() < 0.25 {}
    house.cut();
    working.hears(|notice| *notice == Notice::Away).await;
    cut.notify_one();
    let back = working
        .hears(|notice| matches!(notice, Notice::Resumed { .. }))
        .await;
    assert!(
        matches!(back, Notice::Resumed { attempts: 1, .. }),
        "{back:?}"
    );
    let info = house.end_of(&task).await;
    assert_eq!((info.result, info.failures), (Some(json!(1)), 0));
    assert_eq!(runs.load(Ordering::SeqCst), 1, "the task was done again");
    working.leave().await;
    house.close().await;
}

/// The fault: an outcome that is reached while there is no connection goes nowhere.
#[tokio::test]
async fn an_outcome_waits_for_the_connection() {
    let house = House::open().await;
    let away = Arc::new(Notify::new());
    let reached = Arc::clone(&away);
    let worker = Worker::new()
        .concurrency(2)
        .task("think", move |fail: Value, _: Context| {
            let away = Arc::clone(&reached);
            async move {
                away.notified().await;
                match fail["fail"].as_bool() {
                    Some(true) => Err(TaskError::fatal("no idea").with_code("EMPTY")),
                    _ => Ok("an idea"),
                }
            }
        });
    let mut working = house.employ(worker).await;
    let (thought, failed) = (
        house.submit("think", json!({})).await,
        house.submit("think", json!({"fail": true})).await,
    );
    for _ in 0..2 {
        working
            .hears(|notice| matches!(notice, Notice::Started { .. }))
            .await;
    }
    house.cut();
    working.hears(|notice| *notice == Notice::Away).await;
    away.notify_waiters();
    assert_eq!(house.end_of(&thought).await.result, Some(json!("an idea")));
    let info = house.end_of(&failed).await;
    assert_eq!((info.error.as_deref(), info.failures), (Some("no idea"), 1));
    working.leave().await;
    house.close().await;
}

/// The faults: a cancelled task's handler is not told, or not stopped; the one beside it is.
#[tokio::test]
async fn a_handler_is_told_that_its_task_was_cancelled() {
    let house = House::open().await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let worker = Worker::new()
        .concurrency(2)
        .task("wait", move |_: Value, context: Context| {
            let tell = tell.clone();
            async move {
                let reason = context.cancelled().await;
                tell.send((context.task(), reason)).unwrap();
                Err::<(), _>(TaskError::cancelled())
            }
        });
    let mut working = house.employ(worker).await;
    let cancelled = house.submit("wait", json!({})).await;
    let _bystander = house.submit("wait", json!({})).await;
    for _ in 0..2 {
        working
            .hears(|notice| matches!(notice, Notice::Started { .. }))
            .await;
    }
    cancelled.cancel().await.unwrap();
    let id = cancelled.id().await.unwrap();
    assert_eq!(told.recv().await, Some((id, StopReason::Cancelled)));
    working
        .hears(|notice| matches!(notice, Notice::Ended { task, .. } if *task == id))
        .await;
    assert!(told.try_recv().is_err(), "the other was told, too");
    working.leave().await;
    house.close().await;
}
