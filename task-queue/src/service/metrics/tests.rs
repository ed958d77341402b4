//! That the numbers are those of what has happened, and that a queue that cannot work says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::Unhealthy;
use crate::future::BoxFuture;
use crate::model::{Change, RecordId, Snapshot};
use crate::service::{Config, Supervisor};
use crate::store::{MemoryStore, Store, StoreError};

/// A disk that is full at times.
#[derive(Debug, Default)]
struct Disk {
    records: MemoryStore,
    is_full: AtomicBool,
}

impl Store for Disk {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.records.load()
    }

    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        self.records.fetch(records)
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        if self.is_full.load(Ordering::SeqCst) {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.records.commit(changes)
    }
}

#[tokio::test]
async fn what_happens_is_counted_once_and_by_pool_and_type() {
    let data = tempfile::tempdir().unwrap();
    let first = Supervisor::start(Config::new(data.path())).await.unwrap();
    let gateway = first.gateway();
    let queue = gateway.get_task_queue().await.unwrap();
    gateway
        .submit_and_execute("compute", json!({}))
        .await
        .unwrap();
    let cancelled = queue.submit("compute", json!({})).id().await.unwrap();
    queue.cancel_task(cancelled.to_string()).await.unwrap();
    let left = queue.submit("io", json!({"pool": "cpu"})).id().await;
    let left = left.unwrap().to_string();
    let page = first.metrics().await;
    for line in [
        "task_queue_submitted_total{type=\"compute\"} 2",
        "task_queue_submitted_total{type=\"io\"} 1",
        "task_queue_completed_total{type=\"compute\"} 1",
        "task_queue_cancelled_total{type=\"compute\"} 1",
        "task_queue_tasks{status=\"cancelled\",type=\"compute\",pool=\"\"} 1",
        "task_queue_tasks{status=\"pending\",type=\"io\",pool=\"cpu\"} 1",
        "task_queue_attempts_started_total{pool=\"cpu\",type=\"compute\"} 1",
        "task_queue_attempts_ended_total{pool=\"cpu\",type=\"compute\",why=\"completed\"} 1",
        "task_queue_attempt_seconds_count{pool=\"cpu\",type=\"compute\"} 1",
        "task_queue_start_latency_seconds_count{pool=\"cpu\",type=\"compute\"} 1",
        "task_queue_workers{pool=\"cpu\"} 2",
        "task_queue_tasks_kept 3",
    ] {
        assert!(
            page.lines().any(|found| found == line),
            "{line} is not in\n{page}"
        );
    }
    for name in [
        "task_queue_next_task_waiting_seconds{type=\"io\",pool=\"cpu\"} ",
        "task_queue_store_bytes ",
        "task_queue_commit_seconds_count ",
    ] {
        assert!(page.contains(name), "{name} is not in\n{page}");
    }
    first.stop().await;
    drop((queue, gateway, first));

    // A task of an earlier process was submitted then.
    let second = Supervisor::start(Config::new(data.path())).await.unwrap();
    let queue = second.gateway().get_task_queue();
    queue.cancel_task(left).await.unwrap();
    let page = second.metrics().await;
    assert!(page.contains("task_queue_cancelled_total{type=\"io\"} 1\n"));
    assert!(page.contains("task_queue_submitted_total{type=\"io\"} 0\n"));
    second.stop().await;
}

/// The fault: a balancer that sends clients to a queue which can store nothing, or never again to one
/// that can.
#[tokio::test(start_paused = true)]
async fn a_queue_that_cannot_store_is_unhealthy_until_it_can() {
    let data = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::default());
    let store: Arc<dyn Store> = Arc::<Disk>::clone(&disk);
    let supervisor = Supervisor::start_on(store, Config::new(data.path()))
        .await
        .unwrap();
    assert_eq!(supervisor.health().await, Ok(()));
    disk.is_full.store(true, Ordering::SeqCst);
    let queue = supervisor.gateway().get_task_queue();
    assert!(queue.submit("compute", json!({})).await.is_err());
    assert_eq!(supervisor.health().await, Err(Unhealthy::Full));
    let page = supervisor.metrics().await;
    assert!(page.contains("task_queue_commits_failed_total{why=\"full\"} "));
    disk.is_full.store(false, Ordering::SeqCst);
    assert_eq!(supervisor.health().await, Ok(()));
    supervisor.stop().await;
    assert_eq!(supervisor.health().await, Err(Unhealthy::Stopped));
}
