//! What the queue says when it is all over.

use capnweb_runtime::connect;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde_json::Value;
use task_queue::caps::{GatewayStub, StorageStub, TaskQueueStub, TaskSummary};
use task_queue::model::{TaskId, TaskStatus};
use tokio::time::timeout;

use super::load::Order;
use crate::support::LIMIT;

/// A task that the queue knows.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: TaskId,
    /// Which one it is, by its parameters.
    pub(super) n: u64,
    pub(super) status: TaskStatus,
    pub(super) result: Option<Value>,
    pub(super) error: Option<String>,
    /// What the result has to be, if that is known.
    pub(super) expected: Option<Value>,
    /// What its own object is.
    pub(super) object: Option<Value>,
    /// How often it was told to be completed.
    pub(super) completions: usize,
}

/// Waits until every task has come to its end, and returns all there are.
pub(super) async fn at_the_end(url: &str, seed: u64) -> Vec<Found> {
    let gateway: GatewayStub = connect(url).await.unwrap();
    let queue = gateway.get_task_queue().await.unwrap();
    let storage = queue.get_shared_storage().await.unwrap();
    let mut found = Vec::new();
    for some in list(&queue).await.chunks(AT_A_TIME) {
        let each = some
            .iter()
            .map(|task| look_at(&queue, &storage, task.id, seed));
        let ended = timeout(LIMIT, join_all(each)).await;
        found.extend(ended.expect("the tasks come to their ends"));
    }
    found
}

async fn list(queue: &TaskQueueStub) -> Vec<TaskSummary> {
    let mut tasks = Vec::new();
    let mut after = None;
    loop {
        let page = queue.tasks(None, after, Some(1_000)).await.unwrap();
        tasks.extend(page.tasks);
        after = page.next;
        if after.is_none() {
            return tasks;
        }
    }
}

async fn look_at(queue: &TaskQueueStub, storage: &StorageStub, id: TaskId, seed: u64) -> Found {
    let task = queue.get_task(id.to_string()).await.unwrap();
    let events = task.events(None).await.unwrap();
    let ends = events.filter(|event| {
        let end = event.as_ref().is_ok_and(|event| event.what.is_end());
        std::future::ready(end)
    });
    let completions = ends.count().await;
    let info = task.get_info().await.unwrap();
    let n = info.params["n"].as_u64().unwrap();
    Found {
        id,
        n,
        status: info.status,
        result: info.result,
        error: info.error,
        expected: Order::of(n, seed).result,
        object: storage.read(format!("load/{n}")).await.ok(),
        completions,
    }
}

/// Checks that nothing is lent any more, once no worker is there.
pub(super) async fn nothing_is_held(url: &str) {
    let gateway: GatewayStub = connect(url).await.unwrap();
    let queue = gateway.get_task_queue().await.unwrap();
    let gpu = queue.get_shared_gpu().get_info().await.unwrap();
    assert_eq!(
        gpu.allocated_memory, 0,
        "memory of the GPU is held by nobody"
    );
    let storage = queue.get_shared_storage().await.unwrap();
    for number in 0..3 {
        let lock = timeout(LIMIT, storage.lock(format!("hot/{number}"), 1_000)).await;
        lock.expect("nobody holds the lock").unwrap();
    }
    let workers = gateway.get_worker_pool().list_workers().await.unwrap();
    let mut there = workers.iter().filter(|worker| !worker.revoked);
    let member = there.find(|worker| worker.kind.as_str() == "journal");
    assert_eq!(member, None, "it has left");
}

const AT_A_TIME: usize = 50;
