//! What is most usual: a task is submitted, executed, and watched.

use serde_json::json;

use crate::demo::expect::{equal, holds};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::watcher::{Seen, grumbler, watcher};
use crate::model::{PoolName, TaskStatus, TaskType};

/// Submits a task, has a worker execute it, and looks at it before and after.
pub(super) async fn basic(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let queue = party.gateway.get_task_queue();
    let queue = stage.call("Task queue capability obtained", queue).await?;
    let params = json!({"iterations": 5, "multiplier": 2});
    let task = queue.submit("compute", params.clone());
    let task = stage
        .call("Task submitted and capability returned", task)
        .await?;
    let before = async {
        let info = task.get_info().await?;
        equal(info.id, task.id().await?)?;
        equal((info.kind, info.params), (TaskType::COMPUTE, params))?;
        equal((info.status, info.progress), (TaskStatus::Pending, 0.0))
    };
    stage.step("Task info is correct", before).await?;
    let execution = async {
        let worker = party.pool.get_idle_worker(PoolName::CPU).await?;
        let execution = worker.execute(&task).await?;
        equal(execution.result, json!({"computed": 20, "iterations": 5}))
    };
    stage
        .step("Worker executed task successfully", execution)
        .await?;
    let after = async {
        let (status, progress) = (task.status(), task.progress());
        equal(status.await?, TaskStatus::Completed)?;
        equal(progress.await?, 1.0)
    };
    stage
        .step("Task status updated to completed", after)
        .await?;
    let listed = async {
        let tasks = queue.list_tasks().await?;
        let listed: Vec<_> = tasks.iter().map(|task| (task.id, task.status)).collect();
        equal(listed, [(task.id().await?, TaskStatus::Completed)])?;
        equal(queue.task_count().await?, 1)
    };
    stage.step("The queue lists the task", listed).await?;
    stage
        .step(
            "The gateway submits and executes in one call",
            at_once(&party),
        )
        .await
}

async fn at_once(party: &Party) -> Result<(), Miss> {
    let executed = party.gateway.submit_and_execute("compute", json!({}));
    let executed = executed.await?;
    equal(executed.result, json!({"computed": 45, "iterations": 10}))?;
    let task = party.queue.get_task(executed.task_id.to_string());
    equal(task.status().await?, TaskStatus::Completed)?;
    let worker = party.pool.get_worker(executed.worker_id.to_string());
    equal(worker.get_info().await?.kind, PoolName::CPU)
}

/// Watches a task at work through a callback, and has another watched by somebody who throws.
pub(super) async fn progress(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let task = party.queue.submit("compute", json!({"iterations": 10}));
    let task = stage.call("Task submitted", task).await?;
    let (observer, mut feed) = watcher();
    let set = task.set_progress_callback(observer);
    stage.call("Progress callback set", set).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    let execution = worker.execute(&task);
    stage.call("Worker executed task", execution).await?;
    let heard = feed.until_the_end();
    let seen = stage.step("Callback told of the end", heard).await?;
    stage.check("Callback told of every step, in order", every_step(&seen))?;
    let result = Ok(json!({"computed": 45, "iterations": 10}));
    stage.check("Callback given the result", equal(seen.end, result))?;
    let logged = async {
        let logs = task.get_info().await?.logs;
        equal(logs.len(), 10)?;
        equal(logs.last().map(String::as_str), Some("step 10 of 10"))
    };
    stage.step("A log line kept of each step", logged).await?;
    stage
        .step(
            "A callback that throws does not fail the task",
            grumbled_at(&party),
        )
        .await
}

fn every_step(seen: &Seen) -> Result<(), Miss> {
    holds(seen.progress.len() >= 10, "an update for each of ten steps")?;
    holds(seen.progress.is_sorted(), "progress only grows")?;
    equal(seen.progress.last(), Some(&1.0))
}

async fn grumbled_at(party: &Party) -> Result<(), Miss> {
    let task = party.queue.submit("compute", json!({})).await?;
    task.set_progress_callback(grumbler()).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    worker.execute(&task).await?;
    equal(task.status().await?, TaskStatus::Completed)
}
