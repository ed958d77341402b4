//! Failing, and trying again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::caps::TaskHandleStub;
use crate::demo::expect::{equal, holds, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::watcher::watcher;
use crate::demo::web::{BROKEN, FLAKY, Web};
use crate::model::{PoolName, TaskStatus};

/// A page that fails twice and works the third time, and one that never does.
pub(super) async fn backoff(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::auto().reaching(&web)).await?;
    let retry = json!({"max_attempts": 4, "unit_ms": UNIT_MS});
    let task = party.queue.submit("io", fetching(&web.url(FLAKY), &retry));
    let task = stage.call("Task submitted", task).await?;
    let end = end_of(&task);
    let end = stage.step("It comes to an end by itself", end).await?;
    stage.check("It is completed", holds(end.is_ok(), "there is a result"))?;
    let failures = async {
        equal(task.get_info().await?.failures, 2)?;
        equal(web.visits(FLAKY).len(), 3)
    };
    stage
        .step("Two attempts failed before the third", failures)
        .await?;
    stage.check(
        "The second wait is twice the first",
        waits(&web.visits(FLAKY)),
    )?;
    stage
        .step("Out of attempts, a task has failed", hopeless(&party, &web))
        .await?;
    stage
        .step(
            "What every attempt would repeat is not retried",
            permanent(&party),
        )
        .await?;
    let manual = stage.party(Rules::default().reaching(&web)).await?;
    stage
        .step(
            "In between, a task is `retrying`",
            in_between(&manual, &web),
        )
        .await
}

/// The waits are one and two units, give or take a tenth; a busy machine makes them longer.
fn waits(visits: &[Instant]) -> Result<(), Miss> {
    let [first, second, third] = visits else {
        return Err(Miss::Untrue("three visits"));
    };
    let unit = Duration::from_millis(UNIT_MS.saturating_mul(8) / 10);
    holds(
        second.duration_since(*first) >= unit,
        "a unit before the second attempt",
    )?;
    let two = unit.saturating_mul(2);
    holds(
        third.duration_since(*second) >= two,
        "two units before the third attempt",
    )
}

async fn hopeless(party: &Party, web: &Web) -> Result<(), Miss> {
    let retry = json!({"max_attempts": 2, "unit_ms": 1});
    let params = fetching(&web.url(BROKEN), &retry);
    let task = party.queue.submit("io", params).await?;
    holds(end_of(&task).await?.is_err(), "it has failed")?;
    equal(web.visits(BROKEN).len(), 2)?;
    let info = task.get_info().await?;
    equal((info.status, info.failures), (TaskStatus::Failed, 2))
}

async fn permanent(party: &Party) -> Result<(), Miss> {
    let retry = json!({"max_attempts": 9, "unit_ms": 1});
    let params = fetching("http://evil.example/", &retry);
    let task = party.queue.submit("io", params).await?;
    holds(end_of(&task).await?.is_err(), "it has failed")?;
    equal(task.get_info().await?.failures, 1)
}

async fn in_between(party: &Party, web: &Web) -> Result<(), Miss> {
    let retry = json!({"max_attempts": 2, "unit_ms": 3_600_000});
    let params = fetching(&web.url(BROKEN), &retry);
    let task = party.queue.submit("io", params).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU).await?;
    refused("has failed", worker.execute(&task)).await?;
    equal(task.status().await?, TaskStatus::Retrying)?;
    refused("task is retrying", worker.execute(&task)).await
}

/// A pipeline fails at its third stage.
pub(super) async fn partial_results(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::auto().reaching(&web)).await?;
    let task = party.queue.submit("pipeline", stages(&web.url(BROKEN), 1));
    let task = stage.call("Pipeline submitted", task).await?;
    let failed = async {
        let error = end_of(&task).await?.err().unwrap_or_default();
        holds(
            error.starts_with("stage 2 (network_fetch): "),
            "the third stage is named",
        )
    };
    stage.step("Its third stage fails", failed).await?;
    let info = task.get_info();
    let info = stage.call("The task can be looked at", info).await?;
    stage.check("It has no result", equal(info.result, None))?;
    stage.check(
        "It has the results of two stages",
        equal(json!(info.partial_results), two_results()),
    )?;
    let asked = async { equal(json!(task.partial_results().await?), two_results()) };
    stage.step("They can be asked for alone", asked).await?;
    stage
        .step(
            "A retry goes on where the last attempt failed",
            goes_on(&party, &web),
        )
        .await
}

async fn goes_on(party: &Party, web: &Web) -> Result<(), Miss> {
    let params = stages(&web.url(FLAKY), 3);
    let task = party.queue.submit("pipeline", params).await?;
    let result = end_of(&task).await?.unwrap_or_default();
    equal(&result["stages_completed"], &json!(3))?;
    let info = task.get_info().await?;
    equal((info.failures, info.partial_results.len()), (2, 3))?;
    let writes = info.logs.iter().filter(|line| line.contains("stage 0"));
    equal(writes.count(), 1)
}

fn two_results() -> Value {
    json!([
        {"stage": 0, "type": "storage_write", "key": "part"},
        {"stage": 1, "type": "storage_read", "value": {"kept": true}},
    ])
}

fn stages(url: &str, attempts: u32) -> Value {
    json!({
        "needs_storage": true, "needs_network": true,
        "retry": {"max_attempts": attempts, "unit_ms": 1},
        "stages": [
            {"type": "storage_write", "key": "part", "value": {"kept": true}},
            {"type": "storage_read", "key": "part"},
            {"type": "network_fetch", "url": url},
        ],
    })
}

fn fetching(url: &str, retry: &Value) -> Value {
    json!({"needs_network": true, "use_network": true, "url": url, "retry": retry})
}

/// Waits for the task's end; one that has come already is told at once.
async fn end_of(task: &TaskHandleStub) -> Result<Result<Value, String>, Miss> {
    let (observer, mut feed) = watcher();
    task.set_progress_callback(observer).await?;
    Ok(feed.until_the_end().await?.end)
}

/// The unit of the waits between attempts, in milliseconds.
const UNIT_MS: u64 = 40;
