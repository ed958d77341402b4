//! What was handed out is taken back.

use serde_json::{Value, json};

use crate::caps::{WorkerActivity, WorkerStub};
use crate::demo::expect::{equal, holds, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::watcher::watcher;
use crate::demo::web::{HOLD, Web};
use crate::model::{PoolName, TaskStatus, WorkerId};

/// A worker is revoked while it works.
pub(super) async fn worker(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    let created = party.pool.create_worker(PoolName::CPU);
    let worker = stage.call("Worker created", created).await?;
    stage
        .step("Worker executes a task", executes(&party, &worker))
        .await?;
    let task = party.queue.submit("pipeline", held_then_written(&web));
    let task = stage.call("A long task submitted", task).await?;
    let execution = worker.execute(&task);
    stage
        .step("Worker is busy with it", busy(&worker, &web))
        .await?;
    let id = worker.id().await;
    let revoked = async { Ok(party.pool.revoke_worker(id?.to_string()).await?) };
    stage.step("Worker revoked", revoked).await?;
    stage
        .step("Its execution fails at once", refused("revoked", execution))
        .await?;
    stage.step("Its request is cut off", web.holding(0)).await?;
    stage
        .step("It says that it is revoked", is_revoked(&worker))
        .await?;
    stage
        .step(
            "It is given nothing more to do",
            refused("revoked", worker.execute(&task)),
        )
        .await?;
    web.release();
    let unwritten = async {
        equal(task.status().await?, TaskStatus::Pending)?;
        let storage = party.queue.get_shared_storage();
        refused("not found", storage.read("after")).await
    };
    stage
        .step("Its task waits again, and nothing more was done", unwritten)
        .await?;
    let elsewhere = async {
        let other = party.pool.get_idle_worker(PoolName::CPU);
        equal(
            &other.execute(&task).await?.result["stages_completed"],
            &json!(2),
        )?;
        equal(worker.status().await?, WorkerActivity::Revoked)
    };
    stage
        .step("Another worker executes the task", elsewhere)
        .await
}

async fn executes(party: &Party, worker: &WorkerStub) -> Result<(), Miss> {
    let task = party.queue.submit("compute", json!({})).await?;
    let execution = worker.execute(&task).await?;
    equal(&execution.result["computed"], &json!(45))
}

/// A pipeline whose first stage ends when it is released, and whose second one leaves a trace.
fn held_then_written(web: &Web) -> Value {
    json!({
        "needs_network": true, "needs_storage": true,
        "stages": [
            {"type": "network_fetch", "url": web.url(HOLD)},
            {"type": "storage_write", "key": "after", "value": true},
        ],
    })
}

async fn busy(worker: &WorkerStub, web: &Web) -> Result<(), Miss> {
    web.holding(1).await?;
    equal(worker.status().await?, WorkerActivity::Busy)
}

async fn is_revoked(worker: &WorkerStub) -> Result<(), Miss> {
    holds(worker.is_revoked().await?, "isRevoked")?;
    let info = worker.get_info().await?;
    equal((info.status, info.revoked), (WorkerActivity::Revoked, true))?;
    equal(info.tasks_completed, 1)
}

/// Resources are lent, and taken back while they are used.
pub(super) async fn resources(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    let resources = party.gateway.get_resources();
    let resources = stage.call("Resources obtained", resources).await?;
    let gpu = stage.call("GPU lent", resources.lend_gpu()).await?;
    let network = resources.lend_network(false);
    let network = stage.call("Network lent", network).await?;
    let allocated = async { equal(gpu.gpu.allocate(2_048).await?.total, 2_048) };
    stage
        .step("The borrower allocates GPU memory", allocated)
        .await?;
    let fetch = network.network.fetch(web.url(HOLD));
    stage
        .step(
            "The borrower fetches a page that takes long",
            web.holding(1),
        )
        .await?;
    let taken_back = async {
        gpu.loan
            .revoke("the GPU is needed elsewhere".to_owned())
            .await?;
        network
            .loan
            .revoke("the network is closed".to_owned())
            .await?;
        holds(gpu.loan.revoked().await?, "the loan is over")
    };
    stage.step("Both are taken back", taken_back).await?;
    let compute = gpu.gpu.compute("reduce_sum", json!([1, 2]));
    stage
        .step(
            "The GPU is dead to the borrower",
            refused("needed elsewhere", compute),
        )
        .await?;
    let freed = async {
        let shared = party.queue.get_shared_gpu();
        equal(shared.allocated_memory().await?, 0)
    };
    stage.step("Its memory is free", freed).await?;
    stage
        .step(
            "The call under way fails at once",
            refused("network is closed", fetch),
        )
        .await?;
    stage.step("Its request is cut off", web.holding(0)).await?;
    let others = async {
        web.release();
        let shared = party.queue.get_shared_network();
        equal(shared.fetch(web.url(HOLD)).await?.status, 200)
    };
    stage.step("Nobody else has noticed anything", others).await
}

/// Storage that a client has kept is revoked under its hands.
pub(super) async fn storage(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let lent = party.gateway.get_resources().lend_storage(false);
    let lent = stage.call("Storage lent", lent).await?;
    let used = async {
        lent.storage.write("kept", json!("before"), None).await?;
        equal(lent.storage.read("kept").await?, json!("before"))
    };
    stage.step("It is read and written", used).await?;
    let shared = party.queue.get_shared_storage();
    let lock = shared.lock("door", None);
    let _lock = stage.call("Somebody else locks a key", lock).await?;
    let waiting = lent.storage.lock("door", None);
    let listed = async { equal(lent.storage.list().await?, ["kept"]) };
    stage
        .step("A call through it waits for that lock", listed)
        .await?;
    let revoke = lent.loan.revoke("recalled".to_owned());
    stage.call("Storage revoked", revoke).await?;
    stage
        .step(
            "The waiting call fails at once",
            refused("revoked: recalled", waiting),
        )
        .await?;
    let read = refused("revoked: recalled", lent.storage.read("kept"));
    stage.step("Reading fails", read).await?;
    let write = lent.storage.write("kept", json!("after"), None);
    let write = refused("revoked: recalled", write);
    stage.step("Writing fails", write).await?;
    let kept = async { equal(shared.read("kept").await?, json!("before")) };
    stage.step("Nothing was written any more", kept).await
}

/// With the queue bringing tasks and workers together, a revoked worker's task finds another.
pub(super) async fn elsewhere(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::auto().reaching(&web)).await?;
    let task = party.queue.submit("pipeline", written_then_held(&web));
    let task = stage.call("Task submitted", task).await?;
    let (observer, mut feed) = watcher();
    stage
        .prepare("Callback set", async {
            Ok(task.set_progress_callback(observer).await?)
        })
        .await?;
    let worker = stage
        .step("A worker takes it by itself", busy_worker(&party, &web, 1))
        .await?;
    let revoked = party.pool.revoke_worker(worker.to_string());
    stage.call("That worker is revoked", revoked).await?;
    let second = stage
        .step(
            "Another worker takes the task",
            busy_worker(&party, &web, 2),
        )
        .await?;
    stage.check(
        "It is not the same one",
        holds(second != worker, "two different workers"),
    )?;
    web.release();
    let end = feed.until_the_end();
    let seen = stage.step("The task is completed", end).await?;
    let result = seen.end.map(|result| result["stages_completed"].clone());
    stage.check("Both its stages were done", equal(result, Ok(json!(2))))?;
    let once = async {
        let info = task.get_info().await?;
        equal(info.failures, 0)?;
        equal(info.partial_results.len(), 2)
    };
    stage
        .step("The loss was no failure, and no stage done twice", once)
        .await
}

fn written_then_held(web: &Web) -> Value {
    json!({
        "needs_network": true, "needs_storage": true,
        "stages": [
            {"type": "storage_write", "key": "first", "value": 1},
            {"type": "network_fetch", "url": web.url(HOLD)},
        ],
    })
}

async fn busy_worker(party: &Party, web: &Web, visits: usize) -> Result<WorkerId, Miss> {
    web.visited(HOLD, visits).await?;
    let workers = party.pool.list_workers().await?;
    let busy = workers
        .iter()
        .find(|worker| worker.status == WorkerActivity::Busy);
    busy.map(|worker| worker.id)
        .ok_or(Miss::Untrue("a worker is busy"))
}
