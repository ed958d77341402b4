//! What somebody holds goes when they go.

use serde_json::json;

use crate::caps::{LockStub, StorageStub, WriteConditions};
use crate::demo::expect::{equal, holds, refused};
use crate::demo::house::{Party, Rules};
use crate::demo::miss::Miss;
use crate::demo::stage::{Played, Stage};

/// A lock passes on when the connection of its holder is lost.
pub(super) async fn lock(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::default()).await?;
    let first = stage.prepare("A client connects", house.party()).await?;
    let second = stage
        .prepare("A second client connects", house.party())
        .await?;
    let held = first.queue.get_shared_storage().lock("door", None);
    let held = stage.call("The first client holds a lock", held).await?;
    let token = stage
        .prepare("The lock has a token", async { Ok(held.token().await?) })
        .await?;
    let storage = second.queue.get_shared_storage();
    let storage = stage
        .prepare("Storage obtained", async { Ok(storage.await?) })
        .await?;
    let waiting = storage.lock("door", None);
    let mut waiting = std::pin::pin!(waiting);
    let waits = async {
        tokio::select! {
            biased;
            _ = &mut waiting => Err(Miss::Untrue("the second client waits")),
            // Asked later, answered earlier.
            keys = storage.list() => equal(keys?.len(), 0),
        }
    };
    stage.step("The second client waits for it", waits).await?;
    first.session.close("the first client goes away");
    let lock = stage
        .call(
            "The first one disconnects, the second holds the lock",
            waiting,
        )
        .await?;
    stage
        .step("Its token is a later one", later(&lock, token))
        .await?;
    stage
        .step(
            "A write under the old token is refused",
            fenced(&storage, &lock, token),
        )
        .await?;
    let released = async {
        lock.release().await?;
        Ok(storage.lock("door", None).await?.release().await?)
    };
    stage
        .step("Released, it is free for anybody", released)
        .await
}

async fn later(lock: &LockStub, token: u64) -> Result<(), Miss> {
    equal(lock.key().await?.as_str(), "door")?;
    holds(lock.token().await? > token, "tokens grow")
}

async fn fenced(storage: &StorageStub, lock: &LockStub, old: u64) -> Result<(), Miss> {
    let new = lock.token().await?;
    storage.write("door", json!("mine"), shown(new)).await?;
    let stale = storage.write("door", json!("theirs"), shown(old));
    refused("has passed on", stale).await?;
    equal(storage.read("door").await?, json!("mine"))
}

fn shown(token: u64) -> WriteConditions {
    WriteConditions::default().with_token(token)
}

/// GPU memory is nobody else's to free, and is free when its holder has gone.
pub(super) async fn gpu_memory(stage: &mut Stage<'_>) -> Played {
    let house = stage.house(Rules::default()).await?;
    let first = stage.prepare("A client connects", house.party()).await?;
    let second = stage
        .prepare("A second client connects", house.party())
        .await?;
    let gpu = first.queue.get_shared_gpu();
    let allocated = async { equal(gpu.allocate(6_000).await?.total, 6_000) };
    stage
        .step("The first client allocates memory", allocated)
        .await?;
    let other = second.queue.get_shared_gpu();
    let theft = refused("0 MB are held", other.free(6_000));
    stage
        .step("The second cannot free it by its number", theft)
        .await?;
    let full = refused("out of GPU memory", other.reserve(8_192));
    stage.step("The second cannot have it either", full).await?;
    first.session.close("the first client goes away");
    stage
        .step(
            "The first disconnects, and its memory is free",
            freed(&second),
        )
        .await?;
    let all = async {
        let all = other.reserve(8_192).await?;
        equal(all.size().await?, 8_192)
    };
    stage.step("The second can have all of it", all).await
}

/// Asks until the server has noticed; each time is a round trip.
async fn freed(party: &Party) -> Result<(), Miss> {
    let gpu = party.queue.get_shared_gpu().await?;
    while gpu.allocated_memory().await? > 0 {}
    Ok(())
}
