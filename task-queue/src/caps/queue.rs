//! The queue.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gpu::GpuStub;
use super::network::NetworkStub;
use super::storage::StorageStub;
use super::task::TaskHandleStub;
use crate::model::{TaskId, TaskKind, TaskStatus};

/// The queue of tasks.
#[capability]
#[attenuate(Submitter { submit -> TaskHandle, get_task -> TaskHandle, list_tasks, cancel_task, id, task_count })]
pub trait TaskQueue {
    /// Accepts a task. `params` may ask for `needs_storage`, `needs_gpu` and `needs_network`; what
    /// the queue's policy does not grant is refused.
    async fn submit(
        &self,
        kind: TaskKind,
        params: Option<Value>,
        options: Option<SubmitOptions>,
    ) -> Result<TaskHandleStub>;

    /// Returns a task of this queue.
    async fn get_task(&self, id: String) -> Result<TaskHandleStub>;

    /// Lists the tasks of this queue, in the order they were submitted.
    async fn list_tasks(&self) -> Result<Vec<TaskSummary>>;

    /// Cancels a task of this queue.
    async fn cancel_task(&self, id: String) -> Result<Cancelled>;

    /// Returns the storage that tasks share.
    async fn get_shared_storage(&self) -> Result<StorageStub>;

    /// Returns the GPU that tasks share.
    #[rpc(name = "getSharedGPU")]
    async fn get_shared_gpu(&self) -> Result<GpuStub>;

    /// Returns the network that tasks share.
    async fn get_shared_network(&self) -> Result<NetworkStub>;

    /// The queue's name.
    #[property]
    fn id(&self) -> String;

    /// How many tasks there are.
    #[property]
    async fn task_count(&self) -> Result<u64>;
}

/// What a submitter may say about a task beside its parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SubmitOptions {
    /// How many times it is attempted before it has failed. Default 25.
    pub max_attempts: Option<u32>,
    /// The unit of the backoff between attempts, in milliseconds; the n-th wait is n⁴ + 1 of it.
    /// Default 1,000.
    pub backoff_ms: Option<u64>,
    /// How long it may wait before its first attempt, in milliseconds from now. Default none.
    pub delay_ms: Option<u64>,
    /// How long one attempt may take, in milliseconds. Default 15 minutes.
    pub timeout_ms: Option<u64>,
}

/// One line of the list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSummary {
    /// Its name.
    pub id: TaskId,
    /// What is to be done.
    #[serde(rename = "type")]
    pub kind: TaskKind,
    /// Where it stands.
    pub status: TaskStatus,
    /// How far it has come, from 0 to 1.
    pub progress: f64,
}

/// The answer of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// Always true; what fails is an error.
    pub success: bool,
    /// The task.
    pub task_id: TaskId,
}
