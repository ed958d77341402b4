//! The ways in which a task ends without a result.

use std::time::{Duration, Instant};

use capnweb_runtime::Capability;
use serde_json::{Value, json};

use crate::caps::{ResourceError, WorkerActivity};
use crate::clock::{Clock, SystemClock};
use crate::demo::expect::{equal, holds, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::watcher::watcher;
use crate::demo::web::{HELLO, HOLD, Web};
use crate::model::{PoolName, TaskStatus};

/// A failure deep in a chain of capabilities arrives wherever somebody waits.
pub(super) async fn errors(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let params = json!({
        "needs_storage": true, "use_storage": true,
        "read_only": true, "storage_key": "missing",
    });
    let task = party.queue.submit("io", params);
    let task = stage
        .call("A task that cannot succeed submitted", task)
        .await?;
    let (observer, mut feed) = watcher();
    let set = task.set_progress_callback(observer);
    stage.call("Progress callback set", set).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    let worker = stage.call("Worker obtained", worker).await?;
    let execution = refused("`missing` not found", worker.execute(&task));
    stage
        .step(
            "Storage's error reaches who waits for the worker",
            execution,
        )
        .await?;
    let failed = async {
        let info = task.get_info().await?;
        equal(info.status, TaskStatus::Failed)?;
        equal(info.error.as_deref(), Some("key `missing` not found"))
    };
    stage
        .step("The task has failed, and says why", failed)
        .await?;
    let told = async {
        equal(
            feed.until_the_end().await?.end,
            Err("key `missing` not found".into()),
        )
    };
    stage.step("The callback was told why", told).await?;
    let ready = async {
        let info = worker.get_info().await?;
        equal((info.status, info.tasks_failed), (WorkerActivity::Idle, 1))
    };
    stage
        .step("The worker is ready for the next", ready)
        .await?;
    stage
        .step("A typed error arrives as what it was", typed(&party))
        .await?;
    stage
        .step(
            "What makes no sense is refused with the reason",
            nonsense(&party),
        )
        .await
}

async fn typed(party: &Party) -> Result<(), Miss> {
    let storage = party.queue.get_shared_storage();
    match storage.read("missing").await {
        Err(ResourceError::NotFound { detail }) => {
            equal(detail.as_str(), "key `missing` not found")
        }
        other => Err(Miss::Unequal {
            seen: format!("{other:?}"),
            expected: "`NotFound`".to_owned(),
        }),
    }
}

async fn nonsense(party: &Party) -> Result<(), Miss> {
    let queue = &party.queue;
    refused("unknown task type", queue.submit("mining", json!({}))).await?;
    refused("not found", queue.get_task("task_0")).await?;
    let untyped = queue.as_stub().call("submit", (5,));
    refused("parameter `kind`", untyped).await
}

/// A task is cancelled before, while and after it is carried out.
pub(super) async fn cancellation(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    stage
        .step(
            "A pending task is cancelled, and never executed",
            cancel_pending(&party),
        )
        .await?;
    let task = party.queue.submit("io", held(&web));
    let task = stage.call("A long task submitted", task).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    let worker = stage
        .prepare("Worker obtained", async { Ok(worker.await?) })
        .await?;
    let execution = worker.execute(&task);
    stage.step("A worker is at it", web.holding(1)).await?;
    stage
        .call("The running task is cancelled", task.cancel())
        .await?;
    stage
        .step(
            "Its execution fails at once",
            refused("cancelled", execution),
        )
        .await?;
    stage.step("Its request is cut off", web.holding(0)).await?;
    let free = async {
        equal(worker.status().await?, WorkerActivity::Idle)?;
        holds(task.is_cancelled().await?, "isCancelled")
    };
    stage
        .step("The worker is free, the task cancelled", free)
        .await?;
    web.release();
    let again = async {
        refused("already cancelled", worker.execute(&task)).await?;
        equal(task.status().await?, TaskStatus::Cancelled)?;
        equal(task.get_info().await?.result, None)
    };
    stage
        .step("Nothing brings a cancelled task back", again)
        .await?;
    stage
        .step("Nothing cancels a completed task", cancel_completed(&party))
        .await
}

async fn cancel_pending(party: &Party) -> Result<(), Miss> {
    let task = party.queue.submit("compute", json!({})).await?;
    let id = task.id().await?;
    equal(party.queue.cancel_task(id.to_string()).await?.task_id, id)?;
    equal(task.status().await?, TaskStatus::Cancelled)?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    refused("already cancelled", worker.execute(&task)).await
}

async fn cancel_completed(party: &Party) -> Result<(), Miss> {
    let task = party.queue.submit("compute", json!({})).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    worker.execute(&task).await?;
    refused("already completed", task.cancel()).await?;
    equal(task.status().await?, TaskStatus::Completed)
}

/// A task has a time to end, and a time to begin.
pub(super) async fn time(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::auto().reaching(&web)).await?;
    let mut params = held(&web);
    params["timeout_ms"] = json!(50);
    let (observer, mut feed) = watcher();
    let task = party.queue.submit("io", params);
    let task = stage
        .call("A task with a time limit submitted", task)
        .await?;
    let timed_out = async {
        task.set_progress_callback(observer).await?;
        let end = feed.until_the_end().await?.end;
        holds(end.is_err(), "it has failed")?;
        equal(task.status().await?, TaskStatus::Failed)
    };
    stage
        .step("What hangs fails at its time limit", timed_out)
        .await?;
    stage.step("Its request is cut off", web.holding(0)).await?;
    let tomorrow = SystemClock.now().saturating_add(Duration::from_hours(24));
    let scheduled = async {
        let params = json!({"not_before": tomorrow.as_millis()});
        let task = party.queue.submit("compute", params).await?;
        equal(task.status().await?, TaskStatus::Scheduled)?;
        task.cancel().await?;
        equal(task.status().await?, TaskStatus::Cancelled)
    };
    stage
        .step(
            "A task for tomorrow is scheduled, and can be cancelled",
            scheduled,
        )
        .await?;
    stage
        .step(
            "A task for soon begins when its time has come",
            soon(&party, &web),
        )
        .await
}

async fn soon(party: &Party, web: &Web) -> Result<(), Miss> {
    let submitted = Instant::now();
    let start = SystemClock.now().saturating_add(Duration::from_millis(200));
    let params = json!({
        "needs_network": true, "use_network": true, "url": web.url(HELLO),
        "not_before": start.as_millis(),
    });
    let task = party.queue.submit("io", params).await?;
    let (observer, mut feed) = watcher();
    task.set_progress_callback(observer).await?;
    holds(feed.until_the_end().await?.end.is_ok(), "it is completed")?;
    // The two clocks tick apart by a millisecond or so.
    let early = submitted.checked_add(Duration::from_millis(190));
    let visits = web.visits(HELLO);
    holds(
        visits.iter().all(|&at| Some(at) >= early),
        "not before its time",
    )
}

fn held(web: &Web) -> Value {
    json!({"needs_network": true, "use_network": true, "url": web.url(HOLD)})
}
