//! A task, and the two sides from which it is seen.

use capnweb_runtime::{ReadableStream, Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::Event;
use super::gpu::GpuStub;
use super::network::NetworkStub;
use super::observer::ProgressObserverStub;
use super::storage::StorageStub;
use crate::model::{Grants, Input, TaskId, TaskStatus, TaskType, Waiting};

/// A task, with everything that can be done to it.
///
/// Nobody is handed the whole. Its submitter holds a [`TaskHandle`], the worker that carries it out
/// an [`Assignment`]; what either lacks does not exist for its holder.
#[capability]
#[attenuate(TaskHandle {
    get_info, get_storage -> Storage, get_gpu -> Gpu, get_network -> Network,
    cancel, is_cancelled, set_progress_callback, partial_results, why,
    events -> ReadableStream,
    id, kind, status, progress,
})]
#[attenuate(Assignment {
    get_info, get_storage -> Storage, get_gpu -> Gpu, get_network -> Network,
    set_progress, add_log, emit, save_checkpoint, checkpoint, partial_results,
    complete, fail, is_cancelled, inputs,
    id, kind, status, progress, epoch,
})]
pub trait Task {
    /// Returns where the task stands, with its last ten log lines.
    async fn get_info(&self) -> Result<TaskInfo>;

    /// Returns the storage the task was granted. If it may only read, what comes has only what a
    /// [`StorageReader`](super::StorageReader) has.
    async fn get_storage(&self) -> Result<StorageStub>;

    /// Returns the GPU the task was granted.
    #[rpc(name = "getGPU")]
    async fn get_gpu(&self) -> Result<GpuStub>;

    /// Returns the network the task was granted.
    async fn get_network(&self) -> Result<NetworkStub>;

    /// Tells how far the work has come, from 0 to 1.
    async fn set_progress(&self, progress: f64) -> Result<ProgressSet>;

    /// Adds a log line.
    async fn add_log(&self, text: String) -> Result<Done>;

    /// Delivers a part of the result. It is kept if the attempt fails later.
    async fn emit(&self, part: Value) -> Result<Done>;

    /// Saves where the next attempt can take up the work.
    async fn save_checkpoint(&self, checkpoint: Value) -> Result<Done>;

    /// Returns where an earlier attempt left off; `null` if none saved anything.
    async fn checkpoint(&self) -> Result<Value>;

    /// Returns the parts that were delivered so far, by all attempts.
    async fn partial_results(&self) -> Result<Vec<Value>>;

    /// Returns what came of the tasks that this one comes after, in the order in which it names
    /// them. Those that were forgotten are left out.
    async fn inputs(&self) -> Result<Vec<Input>>;

    /// Returns what the task waits for; `null` if it runs or has come to its end.
    async fn why(&self) -> Result<Option<Waiting>>;

    /// Records the result and ends the task.
    async fn complete(&self, result: Value) -> Result<Done>;

    /// Ends the attempt with an error, which the task's retry policy may know by its code. If it is not
    /// `retryable`, every further attempt would end in the same way.
    async fn fail(
        &self,
        message: String,
        code: Option<String>,
        retryable: Option<bool>,
    ) -> Result<Done>;

    /// Cancels the task.
    async fn cancel(&self) -> Result<Done>;

    /// Returns whether the task was cancelled.
    async fn is_cancelled(&self) -> Result<bool>;

    /// Sets who is told how the task goes.
    async fn set_progress_callback(&self, callback: ProgressObserverStub) -> Result<Done>;

    /// Returns what has happened to the task and what happens, from an event's number on (without one,
    /// from the first); it ends when the task has come to its end and all is told.
    ///
    /// Every event is told once and in its order, as soon as it is stored, so that whoever loses the
    /// connection, or the queue its process, can go on with the number after the last one seen. If
    /// events were forgotten meanwhile, a gap is told instead of them.
    async fn events(&self, from: Option<u64>) -> Result<ReadableStream<Event>>;

    /// The task's name.
    #[property]
    fn id(&self) -> TaskId;

    /// What is to be done.
    #[property]
    #[rpc(name = "type")]
    fn kind(&self) -> TaskType;

    /// Where it stands.
    #[property]
    async fn status(&self) -> Result<TaskStatus>;

    /// How far it has come, from 0 to 1.
    #[property]
    async fn progress(&self) -> Result<f64>;

    /// The number of the attempt, among all of the task.
    #[property]
    fn epoch(&self) -> u64;
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskInfo {
    /// Its name.
    pub id: TaskId,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: TaskType,
    /// With what.
    pub params: Value,
    /// Where it stands.
    pub status: TaskStatus,
    /// How far it has come, from 0 to 1.
    pub progress: f64,
    /// What came out, if it is done.
    pub result: Option<Value>,
    /// Why it, or its latest attempt, has failed.
    pub error: Option<String>,
    /// The last ten log lines.
    pub logs: Vec<String>,
    /// Parts of the result that were delivered so far.
    pub partial_results: Vec<Value>,
    /// How many attempts have failed.
    pub failures: u32,
    /// What it was granted.
    #[serde(default)]
    pub grants: Grants,
    /// What it waits for, if it has not begun.
    pub waiting: Option<Waiting>,
}

/// The answer of something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Always true; what fails is an error.
    pub success: bool,
}

impl Done {
    /// The only answer there is.
    pub const YES: Self = Self { success: true };
}

/// The answer of progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgressSet {
    /// Always true; what fails is an error.
    pub success: bool,
    /// How far the task has come now.
    pub progress: f64,
}
