//! Capabilities that lead to capabilities.

use serde_json::{Value, json};

use crate::demo::expect::equal;
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};
use crate::demo::tap::Tap;
use crate::model::PoolName;

/// From the gateway to the queue, the task, its storage and what is in it.
pub(super) async fn one_round_trip(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::default()).await?;
    let tap = Tap::lay(house.address().to_owned());
    let tap = stage.prepare("The line is tapped", tap).await?;
    let party = Party::through(tap.address());
    let party = stage.prepare("A client connects", party).await?;
    let stepwise = async {
        tap.round_trips();
        let queue = party.gateway.get_task_queue().await?;
        let task = queue.submit("io", with_storage()).await?;
        let storage = task.get_storage().await?;
        equal(storage.list().await?, Vec::<String>::new())?;
        equal(tap.round_trips(), 4)
    };
    stage
        .step(
            "Gateway → queue → task → storage, awaited: four round trips",
            stepwise,
        )
        .await?;
    let chained = async {
        let queue = party.gateway.get_task_queue();
        let storage = queue.submit("io", with_storage()).get_storage();
        equal(storage.list().await?, Vec::<String>::new())?;
        equal(tap.round_trips(), 1)
    };
    stage
        .step("The same chain, pipelined: one round trip", chained)
        .await?;
    stage
        .step(
            "A promised worker executes a promised task: one",
            promised(&party, &tap),
        )
        .await?;
    let deep = async {
        let storage = party.queue.get_shared_storage();
        equal(storage.read("deep").await?, json!("down"))
    };
    stage
        .step("The far end of the chain did its work", deep)
        .await
}

fn with_storage() -> Value {
    json!({"needs_storage": true})
}

async fn promised(party: &Party, tap: &Tap) -> Result<(), Miss> {
    tap.round_trips();
    let params = json!({
        "needs_storage": true, "use_storage": true,
        "storage_key": "deep", "storage_value": "down",
    });
    let task = party.gateway.get_task_queue().submit("io", params);
    let worker = party
        .gateway
        .get_worker_pool()
        .get_idle_worker(PoolName::CPU);
    let execution = worker.execute(&task).await?;
    equal(&execution.result["storage"]["value"], &json!("down"))?;
    equal(tap.round_trips(), 1)
}
