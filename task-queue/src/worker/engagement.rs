//! A worker at a queue, from connecting to leaving.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Connector, Reconnect, ReconnectingClient};

use crate::caps::GatewayStub;
use crate::future::BoxFuture;
use crate::worker::builder::Worker;
use crate::worker::error::{Departure, WorkerError};
use crate::worker::notice::Notice;
use crate::worker::shift::Shift;

/// A worker that knows its queue; [`Worker::connect`] makes one, and [`run`](Self::run) has it work.
pub struct Engagement {
    worker: Worker,
    connector: Connector,
    secret: Option<String>,
    watcher: Watcher,
    patience: Patience,
    hurry: Option<BoxFuture<'static, ()>>,
}

/// How long a worker that is to leave waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For the tasks that it has to be done. Default 25 seconds.
    pub finish: Duration,
    /// For those that are not to stop, once they were asked to. Default 5 seconds.
    pub stop: Duration,
}

/// Who is told what happens to a worker.
#[derive(Clone)]
pub(super) struct Watcher(Arc<dyn Fn(&Notice) + Send + Sync>);

impl Engagement {
    pub(super) fn new(worker: Worker, connector: Connector) -> Self {
        Self {
            worker,
            connector,
            secret: None,
            watcher: Watcher(Arc::new(|_| ())),
            patience: Patience::default(),
            hurry: None,
        }
    }

    /// Sets the reference that is redeemed at the queue's gate. Without one, the queue must be open.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secret = Some(secret.into());
        self
    }

    /// Sets who is told what happens. It must not wait.
    #[must_use]
    pub fn on_notice(mut self, tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.watcher = Watcher(Arc::new(tell));
        self
    }

    /// Sets how long the worker waits when it is to leave.
    #[must_use]
    pub const fn patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Sets what ends the waiting when the worker is to leave: a second signal, for example.
    #[must_use]
    pub fn hurry(mut self, hurry: impl Future<Output = ()> + Send + 'static) -> Self {
        self.hurry = Some(Box::pin(hurry));
        self
    }

    /// Works until `shutdown` is ready, or the queue has no use for the worker any more.
    ///
    /// It connects, and when the connection is lost, it connects again, after longer and longer
    /// times; within the queue's grace its handlers go on. Once `shutdown` is ready, or the queue says
    /// so, it gets no more tasks, waits for those that it has, asks the rest to stop, and gives back
    /// what is left: nothing of that is counted against the tasks.
    ///
    /// # Errors
    ///
    /// When what the worker offers makes no sense, the queue does not take it, or cannot be reached and
    /// trying again would not help.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the handlers and closes the connection at once; the queue waits for the
    /// worker for the length of its grace.
    pub async fn run(
        mut self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<Departure, WorkerError> {
        let offer = self.worker.offer()?;
        let settings = Reconnect::new().backoff(FIRST_WAIT, LONGEST_WAIT);
        let client: ReconnectingClient<GatewayStub> = self
            .connector
            .reconnecting(settings)
            .map_err(WorkerError::Url)?;
        let shift = Shift::new(
            client,
            (self.worker.handlers, offer),
            self.secret,
            self.watcher,
        );
        let hurry = self
            .hurry
            .unwrap_or_else(|| Box::pin(std::future::pending()));
        shift.work(self.patience, shutdown, hurry).await
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            finish: Duration::from_secs(25),
            stop: Duration::from_secs(5),
        }
    }
}

impl Watcher {
    pub(super) fn tell(&self, notice: &Notice) {
        (self.0)(notice);
    }
}

impl fmt::Debug for Engagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engagement")
            .field("worker", &self.worker)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// How long to wait before connecting again, at first and in the end: well below the queue's grace of 8
/// seconds, so that whoever waits when the queue is there again is back before their tasks are lost.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(3);
