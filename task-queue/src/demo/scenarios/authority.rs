//! What a reference lacks cannot be done with it, not even by who writes to the wire by hand.

use capnweb_runtime::Capability;
use serde_json::json;

use crate::caps::{StorageStub, TaskHandleStub, TaskStub};
use crate::demo::expect::{absent, equal, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::model::{PoolName, TaskStatus};

/// Workers get what their role includes, and tasks what they were granted.
pub(super) async fn attenuation(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    stage
        .step("GPU worker executes a GPU task", on_gpu(&party))
        .await?;
    stage
        .step("CPU worker is refused the GPU", on_cpu(&party))
        .await?;
    stage
        .step(
            "A GPU worker has none for a task without",
            ungranted(&party),
        )
        .await?;
    let params = json!({"needs_storage": true, "read_only": true});
    let task = party.queue.submit("io", params);
    let storage = task.get_storage();
    let storage = stage.call("Task has read-only storage", storage).await?;
    stage
        .step("Read-only storage reads", reads(&party, &storage))
        .await?;
    stage
        .step("Read-only storage has no `write`", no_writing(&storage))
        .await?;
    stage
        .step(
            "The grant decides, not what the task does",
            granted_less(&party),
        )
        .await
}

async fn on_gpu(party: &Party) -> Result<(), Miss> {
    let data = json!({"a": [1, 2, 3], "b": [10, 20, 30]});
    let params = json!({"operation": "vector_add", "data": data, "memory_mb": 256});
    let task = party.queue.submit("gpu", params).await?;
    let worker = party.pool.get_idle_worker(PoolName::GPU);
    let execution = worker.execute(&task).await?;
    equal(&execution.result["result"], &json!([11, 22, 33]))
}

async fn on_cpu(party: &Party) -> Result<(), Miss> {
    let task = party.queue.submit("gpu", json!({})).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU).await?;
    refused("permission denied", worker.execute(&task)).await?;
    refused("GPU", worker.execute(&task)).await
}

async fn ungranted(party: &Party) -> Result<(), Miss> {
    let stages = json!({"stages": [{"type": "gpu_compute"}]});
    let task = party.queue.submit("pipeline", stages).await?;
    let worker = party.pool.get_idle_worker(PoolName::GPU).await?;
    refused("no GPU capability", worker.execute(&task)).await
}

async fn reads(party: &Party, storage: &StorageStub) -> Result<(), Miss> {
    let whole = party.queue.get_shared_storage();
    whole.write("fact", json!(42), None).await?;
    equal(storage.read("fact").await?, json!(42))?;
    equal(storage.read_only().await?, true)?;
    equal(whole.read_only().await?, false)
}

async fn no_writing(storage: &StorageStub) -> Result<(), Miss> {
    let write = storage.write("fact", json!(43), None);
    refused("'write' is not a function.", write).await?;
    for name in ["write", "delete", "compareAndSwap", "lock"] {
        absent(storage, name).await?;
    }
    equal(storage.read("fact").await?, json!(42))
}

async fn granted_less(party: &Party) -> Result<(), Miss> {
    let stages = json!([{"type": "storage_write", "key": "fact", "value": 44}]);
    let params = json!({"needs_storage": true, "read_only": true, "stages": stages});
    let task = party.queue.submit("pipeline", params).await?;
    let worker = party.pool.get_idle_worker(PoolName::CPU).await?;
    refused("'write' is not a function.", worker.execute(&task)).await?;
    let kept = party.queue.get_shared_storage().read("fact").await?;
    equal(kept, json!(42))
}

/// The client of a task cannot say how it ends, whatever it sends.
pub(super) async fn forgery(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let task = party.queue.submit("compute", json!({"iterations": 3}));
    let task = stage.call("Task submitted", task).await?;
    for name in ["complete", "fail", "setProgress", "addLog", "emit"] {
        let what = format!("`{name}` is answered like a name that never was");
        stage.step(&what, absent(&task, name)).await?;
    }
    let claimed: TaskStub = task.as_stub().cast();
    let forged = claimed.complete(json!("forged"));
    stage
        .step(
            "A client's task cannot be taken for a whole one",
            refused("'complete' is not a function.", forged),
        )
        .await?;
    let unharmed = async {
        let info = task.get_info().await?;
        equal((info.status, info.result), (TaskStatus::Pending, None))?;
        equal((info.progress, info.logs.len()), (0.0, 0))
    };
    stage
        .step("Nothing of it has changed the task", unharmed)
        .await?;
    stage
        .step("The task runs, to a result of its own", runs(&party, &task))
        .await
}

async fn runs(party: &Party, task: &TaskHandleStub) -> Result<(), Miss> {
    let worker = party.pool.get_idle_worker(PoolName::CPU);
    let execution = worker.execute(task).await?;
    equal(&execution.result["computed"], &json!(3))
}
