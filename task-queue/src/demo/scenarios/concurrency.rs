//! Several workers, and several clients, at the same time.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::caps::{WorkerActivity, WorkerStub};
use crate::demo::expect::{equal, refused};
use crate::demo::house::{House, Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::web::{HOLD, Web};
use crate::model::TaskStatus;

/// Three workers get through nine tasks.
pub(super) async fn many_tasks(stage: &mut Stage<'_>) -> Played {
    let party = stage.party(Rules::default()).await?;
    let workers = stage
        .step("Three workers are idle", workers(&party, 3))
        .await?;
    let [one, two, three] = workers.as_slice() else {
        return stage.check("Three workers", Err(Miss::Untrue("there are three")));
    };
    let shifts = async {
        tokio::try_join!(
            shift(&party, one, [1, 2, 3]),
            shift(&party, two, [4, 5, 6]),
            shift(&party, three, [7, 8, 9]),
        )
    };
    let results = stage
        .step("Each executes three tasks, beside the others", shifts)
        .await?;
    let expected = ([45, 90, 135], [180, 225, 270], [315, 360, 405]);
    stage.check(
        "Every task has a result of its own",
        equal(results, expected),
    )?;
    let completed = async {
        let tasks = party.queue.list_tasks().await?;
        let completed = tasks
            .iter()
            .filter(|task| task.status == TaskStatus::Completed);
        equal((tasks.len(), completed.count()), (9, 9))
    };
    stage
        .step("All nine tasks are completed", completed)
        .await?;
    let counted = async {
        for worker in &workers {
            let info = worker.get_info().await?;
            equal((info.tasks_completed, info.tasks_failed), (3, 0))?;
        }
        Ok(())
    };
    stage
        .step("Each worker has counted its three", counted)
        .await
}

async fn workers(party: &Party, expected: usize) -> Result<Vec<WorkerStub>, Miss> {
    let mut workers = Vec::new();
    for worker in party.pool.list_workers().await? {
        equal(worker.status, WorkerActivity::Idle)?;
        workers.push(party.pool.get_worker(worker.id.to_string()).await?);
    }
    equal(workers.len(), expected)?;
    Ok(workers)
}

async fn shift(
    party: &Party,
    worker: &WorkerStub,
    multipliers: [i64; 3],
) -> Result<[i64; 3], Miss> {
    let mut results = [0; 3];
    for (result, multiplier) in results.iter_mut().zip(multipliers) {
        let task = party
            .queue
            .submit("compute", json!({"multiplier": multiplier}));
        let execution = worker.execute(task).await?;
        *result = execution.result["computed"].as_i64().unwrap_or_default();
    }
    Ok(results)
}

/// Two workers wait for the same page, which comes when both have asked for it.
pub(super) async fn same_moment(stage: &mut Stage<'_>) -> Played {
    let web = stage.web().await?;
    let party = stage.party(Rules::default().reaching(&web)).await?;
    let workers = stage
        .prepare("Workers are idle", workers(&party, 3))
        .await?;
    let [one, two, _] = workers.as_slice() else {
        return stage.check("Three workers", Err(Miss::Untrue("there are three")));
    };
    let submit = || party.queue.submit("io", held(&web));
    let (first, second) = (one.execute(submit()), two.execute(submit()));
    stage
        .step(
            "Both workers have asked, and neither has an answer",
            web.holding(2),
        )
        .await?;
    let running = async {
        let tasks = party.queue.list_tasks().await?;
        let statuses: Vec<_> = tasks.iter().map(|task| task.status).collect();
        equal(statuses, [TaskStatus::Running, TaskStatus::Running])
    };
    stage
        .step("Two tasks are running at this moment", running)
        .await?;
    let busy = async {
        equal(one.status().await?, WorkerActivity::Busy)?;
        equal(two.status().await?, WorkerActivity::Busy)
    };
    stage
        .step("Two workers are busy at this moment", busy)
        .await?;
    let third = one.execute(submit());
    stage
        .step(
            "A busy worker takes no second task",
            refused("Worker is busy", third),
        )
        .await?;
    web.release();
    let both = async {
        let (first, second) = (first.await?, second.await?);
        equal(&first.result["network"]["status"], &json!(200))?;
        equal(&second.result["network"]["status"], &json!(200))
    };
    stage.step("Now both get their answer", both).await
}

fn held(web: &Web) -> Value {
    json!({"needs_network": true, "use_network": true, "url": web.url(HOLD)})
}

/// Four clients count up the same number, each on a connection of its own.
pub(super) async fn races(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::default()).await?;
    let party = stage.prepare("A client connects", house.party()).await?;
    let storage = party.queue.get_shared_storage();
    let storage = stage.call("Storage obtained", storage).await?;
    let zero = async {
        equal(
            storage
                .compare_and_swap("count", Value::Null, json!(0))
                .await?,
            true,
        )?;
        equal(
            storage
                .compare_and_swap("count", Value::Null, json!(7))
                .await?,
            false,
        )
    };
    stage
        .step("Only the first creates the counter", zero)
        .await?;
    stage
        .step("Four clients add ten each, all at once", count_up(&house))
        .await?;
    let total = async { equal(storage.read("count").await?, json!(40)) };
    stage.step("Not one of the forty is lost", total).await
}

async fn count_up(house: &Arc<House>) -> Result<(), Miss> {
    let mut clients = JoinSet::new();
    for _ in 0..4 {
        let party = house.party().await?;
        clients.spawn(async move { add_ten(&party).await });
    }
    while let Some(ended) = clients.join_next().await {
        ended.map_err(|_| Miss::NobodyLeft)??;
    }
    Ok(())
}

async fn add_ten(party: &Party) -> Result<(), Miss> {
    let storage = party.queue.get_shared_storage().await?;
    for _ in 0..10 {
        loop {
            let seen = storage.read("count").await?;
            let next = json!(seen.as_i64().unwrap_or_default().saturating_add(1));
            if storage.compare_and_swap("count", seen, next).await? {
                break;
            }
        }
    }
    Ok(())
}
