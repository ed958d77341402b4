//! Who may do what: whoever holds it.

use capnweb_runtime::{Capability, Session};
use serde_json::json;

use crate::caps::{GateStub, GatewayStub, TaskHandleStub, TaskQueueStub};
use crate::demo::expect::{absent, equal, holds, refused};
use crate::demo::house::{House, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::watcher::watcher;
use crate::model::{PoolName, Role, TaskId};

/// A connection that has shown nothing can do nothing; a reference is worth a role.
pub(super) async fn roles(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::auto().gated()).await?;
    let entered = stage.prepare("Somebody connects", house.enter::<GateStub>());
    let (gate, _session) = entered.await?;
    for name in ["getTaskQueue", "getWorkerPool", "submitAndExecute"] {
        let what = format!("The gate answers `{name}` like a name that never was");
        stage.step(&what, absent(&gate, name)).await?;
    }
    let wrong = refused("unknown secret", gate.redeem("open sesame"));
    stage.step("A wrong secret opens nothing", wrong).await?;
    let invited = stage.prepare("A client is let in", house.mint(Role::Client));
    let client = gate.redeem(invited.await?);
    let client = stage
        .call("A client's reference opens a gateway", client)
        .await?;
    stage
        .step(
            "A client has no workers, and no resources",
            no_workers(&client),
        )
        .await?;
    stage
        .step(
            "A client's tasks are executed all the same",
            executed(&client),
        )
        .await?;
    stage
        .step(
            "A client's tasks are granted no more than its role may give",
            no_grants(&client),
        )
        .await?;
    let invited = stage.prepare("A supervisor is let in", house.mint(Role::Supervisor));
    let supervisor = gate.redeem(invited.await?);
    let supervisor = stage
        .call("A supervisor's reference opens everything", supervisor)
        .await?;
    let all = async { equal(supervisor.get_worker_pool().worker_count().await?, 3) };
    stage.step("A supervisor has the workers", all).await
}

async fn no_workers(client: &GatewayStub) -> Result<(), Miss> {
    for name in ["getWorkerPool", "getResources", "submitAndExecute"] {
        absent(client, name).await?;
    }
    let queue = client.get_task_queue().await?;
    for name in ["getSharedStorage", "getSharedGPU", "getSharedNetwork"] {
        absent(&queue, name).await?;
    }
    Ok(())
}

/// What a submitter does not have it cannot have its tasks granted.
async fn no_grants(client: &GatewayStub) -> Result<(), Miss> {
    let queue = client.get_task_queue().await?;
    for (kind, params) in [
        ("gpu", json!({})),
        ("compute", json!({"needs_gpu": true})),
        ("io", json!({"needs_network": true})),
    ] {
        refused("not granted", queue.submit(kind, params)).await?;
    }
    let task = queue.submit("io", json!({"needs_storage": true})).await?;
    equal(task.get_storage().read_only().await?, false)
}

async fn executed(client: &GatewayStub) -> Result<(), Miss> {
    let task = client.get_task_queue().submit("compute", json!({})).await?;
    let (observer, mut feed) = watcher();
    task.set_progress_callback(observer).await?;
    let result = feed.until_the_end().await?.end.unwrap_or_default();
    equal(&result["computed"], &json!(45))
}

/// The name of a task is not the task.
pub(super) async fn ids(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::default().gated()).await?;
    let client = redeem(&house, Role::Client);
    let (client, _door) = stage.prepare("A client connects", client).await?;
    let supervisor = redeem(&house, Role::Supervisor);
    let (supervisor, _other) = stage.prepare("A supervisor connects", supervisor).await?;
    let task = supervisor.get_task_queue().submit("compute", json!({}));
    let task = stage.call("The supervisor submits a task", task).await?;
    let id = stage.call("The client learns its id", task.id()).await?;
    let queue = client.get_task_queue();
    let queue = stage
        .call("The client has a queue of its own", queue)
        .await?;
    stage
        .step("With the id the client can do nothing", useless(&queue, id))
        .await?;
    stage
        .step(
            "An id in place of a task is none",
            no_substitute(&supervisor, id),
        )
        .await?;
    stage
        .step(
            "An object that claims to be a task is none",
            impostor(&supervisor),
        )
        .await
}

/// A gateway, and the connection it lives on.
type Entered = (GatewayStub, (GateStub, Session));

async fn redeem(house: &House, role: Role) -> Result<Entered, Miss> {
    let (gate, session) = house.enter::<GateStub>().await?;
    Ok((gate.redeem(house.mint(role).await?).await?, (gate, session)))
}

async fn useless(queue: &TaskQueueStub, id: TaskId) -> Result<(), Miss> {
    refused("not found", queue.get_task(id.to_string())).await?;
    refused("not found", queue.cancel_task(id.to_string())).await?;
    equal(queue.task_count().await?, 0)?;
    let own = queue.submit("compute", json!({})).await?.id().await?;
    let listed = queue.list_tasks().await?;
    holds(listed.iter().all(|task| task.id == own), "only its own")
}

async fn no_substitute(supervisor: &GatewayStub, id: TaskId) -> Result<(), Miss> {
    let worker = supervisor.get_worker_pool().get_idle_worker(PoolName::CPU);
    let worker = worker.await?;
    let execute = worker.as_stub().call("execute", (id,));
    refused("expected a `TaskHandle` capability", execute).await
}

async fn impostor(supervisor: &GatewayStub) -> Result<(), Miss> {
    let worker = supervisor.get_worker_pool().get_idle_worker(PoolName::CPU);
    let (observer, _feed) = watcher();
    let impostor: TaskHandleStub = observer.as_stub().cast();
    refused("not a task of this queue", worker.execute(&impostor)).await
}
