//! What a server is loaded with, over one connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use capnweb_runtime::{Error, Result, connect};
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::hands::{KIND, micros};
use super::measured::Latencies;
use crate::caps::{
    Completion, Failing, GatewayStub, ProgressObserver, ProgressObserverStub, ProgressUpdate,
    Submission, TaskQueueStub,
};
use crate::cli::error::RunError;
use crate::model::TaskId;

/// A connection, by which a server is loaded.
pub(super) struct Load {
    queue: TaskQueueStub,
    /// The connection is there as long as this is.
    _gateway: GatewayStub,
}

/// Tells when tasks have come to their end.
#[derive(Debug)]
pub(super) struct Ends(Arc<Counter>);

#[derive(Debug)]
struct Counter {
    left: AtomicUsize,
    all: Notify,
}

struct Observer(Arc<Counter>);

impl Load {
    pub(super) async fn connect(url: &str) -> std::result::Result<Self, RunError> {
        let gateway: GatewayStub = connect(url).await.map_err(|source| RunError::Unreachable {
            url: url.to_owned(),
            source,
        })?;
        Ok(Self {
            queue: gateway.get_task_queue().await.map_err(RunError::Refused)?,
            _gateway: gateway,
        })
    }

    /// Submits tasks, each once the one before is answered.
    pub(super) async fn submit_in_turn(&self, tasks: usize) -> Result<Latencies> {
        let mut latencies = Latencies::default();
        for _ in 0..tasks {
            let at = Instant::now();
            drop(self.queue.submit(KIND, params()).await?);
            latencies.add(at.elapsed());
        }
        Ok(latencies)
    }

    /// Submits tasks one by one, so many at a time.
    pub(super) async fn submit(&self, tasks: usize, in_flight: usize) -> Result<()> {
        let next = AtomicUsize::new(0);
        let lane = || async {
            while next.fetch_add(1, Ordering::Relaxed) < tasks {
                drop(self.queue.submit(KIND, params()).await?);
            }
            Ok::<_, Error>(())
        };
        try_join_all((0..in_flight.max(1)).map(|_| lane())).await?;
        Ok(())
    }

    /// Submits tasks many at a time, one call after the other; returns the names of the last.
    pub(super) async fn submit_in_bulk(&self, tasks: usize, bulk: usize) -> Result<Vec<TaskId>> {
        let mut left = tasks;
        let mut last = Vec::new();
        while left > 0 {
            let count = left.min(bulk.max(1));
            left = left.saturating_sub(count);
            let many = (0..count).map(|_| Submission {
                kind: KIND.to_owned(),
                params: params(),
            });
            last = self.queue.submit_many(many.collect::<Vec<_>>()).await?;
        }
        Ok(last)
    }

    /// Has the last of some tasks watched. They are taken in the order of submission, so all are done
    /// when as many of the last are as are carried out at a time.
    pub(super) async fn watch(&self, tasks: &[TaskId], at_a_time: usize) -> Result<Ends> {
        let watched: Vec<_> = tasks.iter().rev().take(at_a_time.max(1)).collect();
        let counter = Arc::new(Counter {
            left: AtomicUsize::new(watched.len()),
            all: Notify::new(),
        });
        let watching = watched.into_iter().map(|id| {
            let observer = ProgressObserverStub::new(Observer(Arc::clone(&counter)));
            let task = self.queue.get_task(id.to_string());
            async move { task.set_progress_callback(observer).await }
        });
        try_join_all(watching).await?;
        Ok(Ends(counter))
    }

    /// Submits tasks with pauses in between; returns how long each took from then until its worker had
    /// begun with it.
    pub(super) async fn trickle(&self, tasks: usize, pause: Duration) -> Result<Latencies> {
        let mut latencies = Latencies::default();
        let mut submitted = Vec::new();
        for _ in 0..tasks {
            let at = micros();
            submitted.push((at, self.queue.submit(KIND, params()).await?));
            tokio::time::sleep(pause).await;
        }
        for (at, task) in submitted {
            let begun = task.get_info().await?.result;
            let begun = begun.as_ref().and_then(Value::as_u64);
            let begun = begun.ok_or_else(|| Error::new("a task was not done in time"))?;
            latencies.add(Duration::from_micros(begun.saturating_sub(at)));
        }
        Ok(latencies)
    }
}

impl Ends {
    /// Waits for all of them.
    pub(super) async fn wait(&self) -> Result<()> {
        self.0.all.notified().await;
        Ok(())
    }
}

impl Observer {
    fn end(&self) {
        if self.0.left.fetch_sub(1, Ordering::SeqCst) == 1 {
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

/// What a task is about: some 200 bytes, as they are usual.
fn params() -> Value {
    json!({"t": micros(), "to": "user@example.org", "pad": PAD})
}

const PAD: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                   xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
