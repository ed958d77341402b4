//! What a reference lacks cannot be done with it, not even by who writes to the wire by hand.

use capnweb_runtime::{Capability, Error, Promise, Stub, Value as WireValue};
use serde_json::json;

use crate::caps::{StorageStub, TaskHandleStub, TaskStub};
use crate::demo::expect::{equal, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::model::{TaskStatus, WorkerKind};

/// Workers get what their role includes, and tasks what they were granted.
pub(super) async fn attenuation(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let (cpu, gpu) = (WorkerKind::Cpu, WorkerKind::Gpu);
    stage
        .step("GPU worker executes a GPU task", execute_gpu_task(&party, gpu))
        .await?;
    let denied = async {
        let task = party.queue.submit("gpu", json!({})).await?;
        let worker = party.pool.get_idle_worker(cpu);
        refused("permission denied", worker.execute(&task)).await?;
        equal(task.status().await?, TaskStatus::Pending)
    };
    stage.step("CPU worker is refused the GPU", denied).await?;
    stage
        .step("A task without a GPU has none on a GPU worker either", ungranted(&party))
        .await?;
    let params = json!({"needs_storage": true, "read_only": true});
    let task = party.queue.submit("io", params).await;
    let storage = async { Ok(task?.get_storage().await?) };
    let storage = stage.step("Task has read-only storage", storage).await?;
    stage
        .step("Read-only storage reads", reads(&party, &storage))
        .await?;
    stage
        .step("Read-only storage has no `write`, also on the raw wire", no_writing(&storage))
        .await
}

async fn execute_gpu_task(party: &Party, kind: WorkerKind) -> Result<(), Miss> {
    let data = json!({"a": [1, 2, 3], "b": [10, 20, 30]});
    let params = json!({"operation": "vector_add", "data": data, "memory_mb": 256});
    let task = party.queue.submit("gpu", params).await?;
    let worker = party.pool.get_idle_worker(kind);
    let execution = worker.execute(&task).await?;
    equal(&execution.result["result"], &json!([11, 22, 33]))
}

async fn ungranted(party: &Party) -> Result<(), Miss> {
    let stages = json!({"stages": [{"type": "gpu_compute"}]});
    let task = party.queue.submit("pipeline", stages).await?;
    let worker = party.pool.get_idle_worker(WorkerKind::Gpu);
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
    let write = storage.write("fact", json!(43), None).await;
    let write = write.map(|done| json!(done));
    like_a_name_that_never_was("write", write)?;
    let delete = call(storage.as_stub(), "delete").await;
    like_a_name_that_never_was("delete", delete)?;
    equal(storage.read("fact").await?, json!(42))
}

/// The client of a task cannot say how it ends, whatever it sends.
pub(super) async fn forgery(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let task = party.queue.submit("compute", json!({"iterations": 3}));
    let task = stage.call("Task submitted", task).await?;
    for name in ["complete", "fail", "setProgress", "addLog", "emit"] {
        let what = format!("The client's task answers `{name}` as a name that never was");
        let raw = async { like_a_name_that_never_was(name, call(task.as_stub(), name).await) };
        stage.step(&what, raw).await?;
    }
    let typed = async {
        let whole: TaskStub = task.as_stub().cast();
        let forged = whole.complete(json!("forged")).await;
        like_a_name_that_never_was("complete", forged.map(|done| json!(done)))
    };
    stage
        .step("A task claimed to be a whole one is none", typed)
        .await?;
    let unharmed = async {
        let info = task.get_info().await?;
        equal((info.status, info.result), (TaskStatus::Pending, None))?;
        equal((info.progress, info.logs.len()), (0.0, 0))
    };
    stage.step("Nothing of it has changed the task", unharmed).await?;
    stage
        .step("The task still runs, to its own result", runs(&party, &task))
        .await
}

async fn runs(party: &Party, task: &TaskHandleStub) -> Result<(), Miss> {
    let worker = party.pool.get_idle_worker(WorkerKind::Cpu);
    let execution = worker.execute(task).await?;
    equal(&execution.result["computed"], &json!(3))
}

fn call(stub: &Stub, name: &'static str) -> Promise<serde_json::Value> {
    let promise: Promise<WireValue> = stub.call(name, (0.5,));
    promise
}

fn like_a_name_that_never_was(
    name: &str,
    outcome: Result<serde_json::Value, Error>,
) -> Result<(), Miss> {
    let error = match outcome {
        Ok(value) => return Err(Miss::NotRefused(value.to_string())),
        Err(error) => error,
    };
    equal(error.to_string(), format!("'{name}' is not a function."))
}
