//! What a worker offers, and how it does it.

use std::collections::HashMap;
use std::fmt;

use capnweb_runtime::{Connector, SturdyUrl};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::caps::OfferedWork;
use crate::model::{PoolName, Tag, TaskType};
use crate::worker::built_in;
use crate::worker::context::Context;
use crate::worker::engagement::Engagement;
use crate::worker::error::WorkerError;
use crate::worker::handler::{Handler, erase};
use crate::worker::task_error::TaskError;

/// A worker before it works: what it offers, and the functions that carry out its tasks.
///
#[doc = include_str!("../../docs/workers.md")]
#[derive(Default)]
pub struct Worker {
    pub(super) handlers: HashMap<TaskType, Handler>,
    pool: Option<PoolName>,
    tags: Vec<Tag>,
    concurrency: Option<u32>,
    name: Option<String>,
    /// The first thing that was said and makes no sense.
    mistake: Option<WorkerError>,
}

impl Worker {
    /// Creates a worker that can do nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the pool that it is in: `default`, unless it says so.
    #[must_use]
    pub fn pool(mut self, pool: &str) -> Self {
        match pool.parse() {
            Ok(pool) => self.pool = Some(pool),
            Err(error) => self.object(WorkerError::Name(error)),
        }
        self
    }

    /// Adds something that it has and tasks can need. A task of the type `gpu` needs the tag `gpu`.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        match tag.parse() {
            Ok(tag) => self.tags.push(tag),
            Err(error) => self.object(WorkerError::Name(error)),
        }
        self
    }

    /// Sets how many tasks it carries out at a time, 1 to 1,000. Default 1.
    #[must_use]
    pub const fn concurrency(mut self, tasks: u32) -> Self {
        self.concurrency = Some(tasks);
        self
    }

    /// Sets what it calls itself, for people.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a function that carries out tasks of a type: it takes the task's parameters, and what the
    /// task was granted, and returns its result.
    ///
    /// Parameters that do not fit fail the task for good, with where they do not. A panic fails that
    /// attempt, as any error does. The function runs as a Tokio task of its own: what blocks belongs
    /// into [`spawn_blocking`](tokio::task::spawn_blocking). When the attempt is to stop, the future
    /// is dropped at its next await, but not before [`Context::cancelled`] has been ready for some
    /// seconds.
    #[must_use]
    pub fn task<P, R, E, F>(
        self,
        kind: &str,
        handler: impl Fn(P, Context) -> F + Send + Sync + 'static,
    ) -> Self
    where
        P: DeserializeOwned + 'static,
        R: Serialize + 'static,
        E: Into<TaskError> + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
    {
        self.handle(kind, erase(handler))
    }

    /// Adds the types that every queue knows: `compute`, `gpu`, `io` and `pipeline`. Of `gpu`, it gets
    /// tasks if it has the tag `gpu`.
    #[must_use]
    pub fn built_in(self) -> Self {
        let types = TaskType::BUILT_IN;
        types
            .iter()
            .fold(self, |worker, kind| worker.built_in_type(kind.as_str()))
    }

    /// Adds one of the types that every queue knows.
    #[must_use]
    pub fn built_in_type(self, kind: &str) -> Self {
        self.handle(kind, built_in::handler())
    }

    /// Says where the queue is: a `ws://` or `wss://` URL. Nothing is connected yet.
    pub fn connect(self, url: impl Into<String>) -> Engagement {
        self.connect_by(Connector::new(url))
    }

    /// Says by which link it comes to the queue: where that is, and the reference that is redeemed at
    /// its gate. Nothing is connected yet.
    pub fn enter(self, link: &SturdyUrl) -> Engagement {
        let engagement = self.connect(link.server().as_str());
        engagement.secret(link.reference().expose())
    }

    /// Says how to connect to the queue, with settings of one's own, such as the roots that are
    /// trusted.
    pub fn connect_by(self, connector: Connector) -> Engagement {
        Engagement::new(self, connector)
    }

    /// Returns what it offers.
    pub(super) fn offer(&mut self) -> Result<OfferedWork, WorkerError> {
        if let Some(mistake) = self.mistake.take() {
            return Err(mistake);
        }
        if self.handlers.is_empty() {
            return Err(WorkerError::NoHandler);
        }
        let mut types: Vec<_> = self.handlers.keys().cloned().collect();
        types.sort();
        Ok(OfferedWork {
            pool: self.pool.clone(),
            types,
            tags: self.tags.clone(),
            concurrency: self.concurrency,
            name: self.name.clone(),
        })
    }

    fn handle(mut self, kind: &str, handler: Handler) -> Self {
        match kind.parse::<TaskType>() {
            Err(error) => self.object(WorkerError::Name(error)),
            Ok(kind) => {
                let before = self.handlers.insert(kind.clone(), handler);
                if before.is_some() {
                    self.object(WorkerError::TwoHandlers(kind));
                }
            }
        }
        self
    }

    fn object(&mut self, mistake: WorkerError) {
        self.mistake.get_or_insert(mistake);
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("pool", &self.pool)
            .field("types", &self.handlers.keys())
            .finish_non_exhaustive()
    }
}
