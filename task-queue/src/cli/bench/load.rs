//! What a server is loaded with, over one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::{Error, Result, connect};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::caps::{
    Completion, Failing, GatewayStub, ProgressObserver, ProgressObserverStub, ProgressUpdate,
    Submission, TaskQueueStub, WorkerPoolStub,
};
use crate::cli::args::BenchOptions;
use crate::cli::error::RunError;
use crate::model::PoolName;

/// A connection, by which a server is loaded.
pub(super) struct Load {
    queue: TaskQueueStub,
    pool: WorkerPoolStub,
    in_flight: usize,
    workers: usize,
    /// Told when the last tasks have come to their end.
    ends: Arc<Ends>,
    /// The connection is there as long as this is.
    _gateway: GatewayStub,
}

/// Counts the ends that were told.
#[derive(Debug, Default)]
struct Ends {
    expected: AtomicUsize,
    told: AtomicUsize,
    all: Notify,
}

struct Observer(Arc<Ends>);

impl Load {
    /// Connects, and sends the server's workers home: tasks are to wait at first.
    pub(super) async fn connect(
        url: &str,
        options: &BenchOptions,
    ) -> std::result::Result<Self, RunError> {
        let gateway: GatewayStub = connect(url).await.map_err(|source| RunError::Unreachable {
            url: url.to_owned(),
            source,
        })?;
        let load = Self {
            queue: gateway.get_task_queue().await.map_err(RunError::Refused)?,
            pool: gateway.get_worker_pool().await.map_err(RunError::Refused)?,
            in_flight: options.in_flight,
            workers: options.workers,
            ends: Arc::default(),
            _gateway: gateway,
        };
        load.send_home().await.map_err(RunError::Refused)?;
        Ok(load)
    }

    /// Submits tasks one by one, so many at a time.
    pub(super) async fn submit(&self, tasks: usize) -> Result<()> {
        let next = AtomicUsize::new(0);
        let lane = || async {
            while next.fetch_add(1, Ordering::Relaxed) < tasks {
                drop(self.queue.submit(KIND, nothing()).await?);
            }
            Ok::<_, Error>(())
        };
        try_join_all((0..self.in_flight).map(|_| lane())).await?;
        Ok(())
    }

    /// Submits tasks many at a time, one call after the other, and has the last ones watched.
    pub(super) async fn submit_in_bulk(&self, tasks: usize, bulk: usize) -> Result<()> {
        let mut left = tasks;
        let mut last = Vec::new();
        while left > 0 {
            let count = left.min(bulk.max(1));
            left = left.saturating_sub(count);
            let many = (0..count).map(|_| Submission {
                kind: KIND.to_owned(),
                params: nothing(),
            });
            last = self.queue.submit_many(many.collect::<Vec<_>>()).await?;
        }
        let watched = last.iter().rev().take(self.workers.max(1));
        let watched = watched.map(|id| {
            self.ends.expected.fetch_add(1, Ordering::SeqCst);
            let observer = ProgressObserverStub::new(Observer(Arc::clone(&self.ends)));
            let task = self.queue.get_task(id.to_string());
            async move { task.set_progress_callback(observer).await }
        });
        try_join_all(watched).await?;
        Ok(())
    }

    /// Has workers carry out all tasks. They take them in the order of submission, so all are done
    /// when as many of the last are as there are workers.
    pub(super) async fn drain(&self) -> Result<()> {
        let hired = (0..self.workers).map(|_| self.pool.create_worker(PoolName::CPU));
        let _workers = try_join_all(hired).await?;
        self.ends.all.notified().await;
        Ok(())
    }

    async fn send_home(&self) -> Result<()> {
        for worker in self.pool.list_workers().await? {
            self.pool.revoke_worker(worker.id.to_string()).await?;
        }
        Ok(())
    }
}

impl Observer {
    fn end(&self) {
        let told = self.0.told.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if told >= self.0.expected.load(Ordering::SeqCst) {
            self.0.all.notify_one();
        }
    }
}

impl ProgressObserver for Observer {
    async fn on_progress(&self, _update: ProgressUpdate) -> Result<()> {
        Ok(())
    }

    async fn on_complete(&self, _completion: Completion) -> Result<()> {
        self.end();
        Ok(())
    }

    async fn on_error(&self, _failing: Failing) -> Result<()> {
        self.end();
        Ok(())
    }
}

/// What takes no time by itself.
const KIND: &str = "compute";

fn nothing() -> Value {
    json!({"iterations": 0})
}
