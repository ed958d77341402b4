//! What a task's handler is handed.

use std::fmt;
use std::sync::Arc;

use capnweb_runtime::{Capability, Error, Promise, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error as ThisError;
use tokio::sync::watch;

use crate::caps::{AssignmentStub, GpuStub, NetworkStub, StorageStub};
use crate::model::{Access, Grants, Input, Offer, Resource, TaskId, TaskType};
use crate::worker::slot::Lasting;

/// What a handler is handed beside the parameters: exactly what its task was granted, and the ways to
/// tell of it.
///
/// It leads to the attempt's assignment over whatever connection there is: a call that is made while
/// there is none waits until the worker has come back, or is given up on. Everything that was got
/// from it is dead when the attempt ends. Clones are the same context.
#[derive(Clone)]
pub struct Context {
    about: Arc<About>,
    lasting: Arc<Lasting>,
    stop: watch::Receiver<Option<StopReason>>,
}

/// What is known of the attempt from the beginning.
pub(super) struct About {
    pub(super) task: TaskId,
    pub(super) epoch: u64,
    pub(super) kind: TaskType,
    pub(super) failures: u32,
    pub(super) grants: Grants,
    /// Where an earlier attempt left off; null if none did.
    pub(super) checkpoint: Value,
    /// What the worker offers.
    pub(super) offer: Arc<Offer>,
}

/// Why an attempt is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The queue says so: the task was cancelled, or the attempt takes too long.
    Cancelled,
    /// The queue has ended the attempt: whatever it still says is not heard.
    Ended,
    /// The worker was away for too long: the task is another's.
    Lost,
    /// The worker is about to end, and gives the task back.
    Leaving,
}

/// The task was not granted a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[error("task has no {0} capability")]
pub struct NotGranted(pub Resource);

impl Context {
    pub(super) fn new(
        about: About,
        lasting: Arc<Lasting>,
        stop: watch::Receiver<Option<StopReason>>,
    ) -> Self {
        Self {
            about: Arc::new(about),
            lasting,
            stop,
        }
    }

    /// Returns the task's name.
    pub fn task(&self) -> TaskId {
        self.about.task
    }

    /// Returns the task's type.
    pub fn kind(&self) -> &TaskType {
        &self.about.kind
    }

    /// Returns the number of the attempt, among all of the task; 1 is the first.
    pub fn attempt(&self) -> u64 {
        self.about.epoch
    }

    /// Returns how many attempts have failed so far.
    pub fn failures(&self) -> u32 {
        self.about.failures
    }

    /// Returns what the task was granted.
    pub fn grants(&self) -> &Grants {
        &self.about.grants
    }

    /// Returns the storage. If it was granted to read only, it has no methods that write; if to add only, none that replace.
    ///
    /// # Errors
    ///
    /// When it was not granted.
    pub fn storage(&self) -> Result<StorageStub, NotGranted> {
        self.granted(Resource::Storage)?;
        Ok(self.derive(AssignmentStub::get_storage))
    }

    /// Returns the GPU.
    ///
    /// # Errors
    ///
    /// When it was not granted.
    pub fn gpu(&self) -> Result<GpuStub, NotGranted> {
        self.granted(Resource::Gpu)?;
        Ok(self.derive(AssignmentStub::get_gpu))
    }

    /// Returns the network.
    ///
    /// # Errors
    ///
    /// When it was not granted.
    pub fn network(&self) -> Result<NetworkStub, NotGranted> {
        self.granted(Resource::Network)?;
        Ok(self.derive(AssignmentStub::get_network))
    }

    /// Tells how far the work has come, from 0 to 1.
    ///
    /// # Errors
    ///
    /// When the attempt has ended, or the number is none from 0 to 1.
    ///
    /// # Cancel safety
    ///
    /// It may have been told when the future is dropped.
    pub async fn progress(&self, fraction: f64) -> Result<()> {
        self.again_and_again(|task| task.set_progress(fraction))
            .await
    }

    /// Adds a line to the task's log. Whoever watches the task sees it at once.
    ///
    /// # Errors
    ///
    /// When the attempt has ended; [`Error::MaybeExecuted`] when the connection broke under the call.
    pub async fn log(&self, line: impl Into<String>) -> Result<()> {
        let line = line.into();
        self.once(|task| task.add_log(&*line)).await
    }

    /// Delivers a part of the result, which is kept if the attempt fails later.
    ///
    /// # Errors
    ///
    /// When the attempt has ended, or the part has no form as JSON; [`Error::MaybeExecuted`] when the
    /// connection broke under the call.
    pub async fn emit(&self, part: impl Serialize) -> Result<()> {
        let part = json(&part)?;
        self.once(|task| task.emit(&part)).await
    }

    /// Saves where the next attempt can take up the work; it takes the place of the one before.
    ///
    /// # Errors
    ///
    /// When the attempt has ended, or the checkpoint has no form as JSON.
    pub async fn checkpoint(&self, checkpoint: impl Serialize) -> Result<()> {
        let checkpoint = json(&checkpoint)?;
        self.again_and_again(|task| task.save_checkpoint(&checkpoint))
            .await
    }

    /// Returns where an earlier attempt left off; none if none saved anything, or not such a thing.
    pub fn resume_from<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.about.checkpoint).ok()
    }

    /// Returns the parts that were delivered so far, by all attempts.
    ///
    /// # Errors
    ///
    /// When the attempt has ended.
    pub async fn partial_results(&self) -> Result<Vec<Value>> {
        self.ask(AssignmentStub::partial_results).await
    }

    /// Returns what came of the tasks that this one comes after, in the order in which it names them.
    ///
    /// # Errors
    ///
    /// When the attempt has ended.
    pub async fn inputs(&self) -> Result<Vec<Input>> {
        self.ask(AssignmentStub::inputs).await
    }

    /// Waits until the attempt is to stop, and returns why. There are some seconds left then, 10 for
    /// what was cancelled and 5 otherwise, before the handler's future is dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn cancelled(&self) -> StopReason {
        let mut stop = self.stop.clone();
        let reason = stop.wait_for(Option::is_some).await;
        // Who has let go of the attempt does not wait for it.
        let reason = reason.map_or(None, |reason| *reason);
        reason.unwrap_or(StopReason::Ended)
    }

    /// Returns whether the attempt is to stop.
    pub fn is_cancelled(&self) -> bool {
        self.stop.borrow().is_some()
    }

    /// Returns what the worker offers.
    pub(super) fn offer(&self) -> &Offer {
        &self.about.offer
    }

    fn derive<C: Capability>(
        &self,
        derive: impl Fn(&AssignmentStub) -> Promise<C> + Send + Sync + 'static,
    ) -> C {
        let (client, assignment) = (self.lasting.client(), self.lasting.assignment());
        client.derive(assignment, derive)
    }

    fn granted(&self, resource: Resource) -> Result<(), NotGranted> {
        match self.about.grants.of(resource) {
            Access::None => Err(NotGranted(resource)),
            Access::ReadOnly | Access::Append | Access::Full => Ok(()),
        }
    }

    /// Asks for something that changes nothing, or may be said twice.
    async fn ask<T: capnweb_runtime::Wire>(
        &self,
        call: impl Fn(&AssignmentStub) -> Promise<T>,
    ) -> Result<T> {
        loop {
            match call(self.lasting.assignment()).await {
                Err(error) if error.is_disconnected() => self.wait_for_connection().await?,
                answer => return answer,
            }
        }
    }

    async fn again_and_again<T: capnweb_runtime::Wire>(
        &self,
        call: impl Fn(&AssignmentStub) -> Promise<T>,
    ) -> Result<()> {
        self.ask(call).await.map(drop)
    }

    /// Says something that must not be said twice.
    async fn once<T: capnweb_runtime::Wire>(
        &self,
        call: impl Fn(&AssignmentStub) -> Promise<T>,
    ) -> Result<()> {
        loop {
            match call(self.lasting.assignment()).await {
                Err(error) if error.is_not_sent() => self.wait_for_connection().await?,
                answer => return answer.map(drop),
            }
        }
    }

    async fn wait_for_connection(&self) -> Result<()> {
        // The break may be news to the client.
        tokio::task::yield_now().await;
        Ok(self.lasting.client().connected().await?)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("task", &self.about.task)
            .field("attempt", &self.about.epoch)
            .finish_non_exhaustive()
    }
}

fn json(data: &impl Serialize) -> Result<Value> {
    serde_json::to_value(data).map_err(|error| Error::type_error(error.to_string()))
}
