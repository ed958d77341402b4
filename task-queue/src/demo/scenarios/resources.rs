//! Resources inside tasks, and chains of work that use them.

use serde_json::{Value, json};

use crate::demo::expect::{equal, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::web::{GREETING, HELLO, Web};
use crate::model::PoolName;

/// A task carries storage and network; its worker uses them, and its client too.
pub(super) async fn nested(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    let task = party.queue.submit("io", io_params(&web));
    let task = stage.call("Task submitted", task).await?;
    let storage = task.get_storage();
    let storage = stage.call("Task has storage capability", storage).await?;
    let network = task.get_network();
    let network = stage.call("Task has network capability", network).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    let execution = worker.execute(&task);
    let result = stage.call("Worker executed task", execution).await?.result;
    let stored = json!({"key": "nested", "value": {"made": "in a task"}});
    stage.check(
        "Worker used storage capability from task",
        equal(&result["storage"], &stored),
    )?;
    stage.check(
        "Worker used network capability from task",
        fetched(&result["network"], &web),
    )?;
    let shared = async {
        equal(storage.read("nested").await?, json!({"made": "in a task"}))?;
        equal(network.get_stats().await?.request_count, 1)
    };
    stage
        .step("Nested capabilities passed correctly", shared)
        .await?;
    stage
        .step(
            "A task that asked for nothing carries nothing",
            bare(&party),
        )
        .await
}

fn io_params(web: &Web) -> Value {
    json!({
        "needs_storage": true, "use_storage": true,
        "storage_key": "nested", "storage_value": {"made": "in a task"},
        "needs_network": true, "use_network": true, "url": web.url(HELLO),
    })
}

fn fetched(page: &Value, web: &Web) -> Result<(), Miss> {
    equal(
        (&page["status"], &page["body"]),
        (&json!(200), &json!(GREETING)),
    )?;
    equal(&page["url"], &json!(web.url(HELLO)))?;
    equal(web.visits(HELLO).len(), 1)
}

async fn bare(party: &Party) -> Result<(), Miss> {
    let task = party.queue.submit("compute", json!({})).await?;
    refused("no storage capability", task.get_storage()).await?;
    refused("no GPU capability", task.get_gpu()).await?;
    refused("no network capability", task.get_network()).await
}

/// A task of four stages, each with another resource.
pub(super) async fn pipeline(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    let task = party.queue.submit("pipeline", stages(&web));
    let task = stage.call("Pipeline submitted", task).await?;
    let worker = party.pool.get_idle_worker(PoolName::GPU);
    let execution = worker.execute(&task);
    let result = stage.call("Pipeline executed", execution).await?.result;
    let results = &result["pipeline_results"];
    stage.check(
        "All four stages completed",
        equal(&result["stages_completed"], &json!(4)),
    )?;
    let written = json!({"stage": 0, "type": "storage_write", "key": "stage"});
    stage.check(
        "Stage storage_write wrote a key",
        equal(&results[0], &written),
    )?;
    let read = json!({"stage": 1, "type": "storage_read", "value": [1, 2, 3]});
    stage.check("Stage storage_read read it back", equal(&results[1], &read))?;
    let page = &results[2]["response"];
    stage.check("Stage network_fetch fetched a page", fetched(page, &web))?;
    let product = json!([[19, 22], [43, 50]]);
    stage.check(
        "Stage gpu_compute multiplied two matrices",
        equal(&results[3]["result"], &product),
    )?;
    let delivered = async { equal(&json!(task.partial_results().await?), results) };
    stage
        .step(
            "Each stage's result was delivered as it was done",
            delivered,
        )
        .await
}

fn stages(web: &Web) -> Value {
    let matrices = json!({"a": [[1, 2], [3, 4]], "b": [[5, 6], [7, 8]]});
    json!({
        "needs_storage": true, "needs_network": true, "needs_gpu": true,
        "stages": [
            {"type": "storage_write", "key": "stage", "value": [1, 2, 3]},
            {"type": "storage_read", "key": "stage"},
            {"type": "network_fetch", "url": web.url(HELLO)},
            {"type": "gpu_compute", "operation": "matrix_multiply", "data": matrices},
        ],
    })
}
