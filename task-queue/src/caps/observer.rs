//! Being told how a task goes.

use capnweb_runtime::{Result, capability};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{TaskId, TaskStatus};

/// What a client passes to be told how its task goes. An observer that fails never fails the task.
#[capability]
pub trait ProgressObserver {
    /// The task has come further.
    async fn on_progress(&self, update: ProgressUpdate) -> Result<()>;

    /// The task is done.
    async fn on_complete(&self, completion: Completion) -> Result<()>;

    /// The task has failed.
    async fn on_error(&self, failing: Failing) -> Result<()>;
}

/// How far a task has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProgressUpdate {
    /// The task.
    pub task_id: TaskId,
    /// From 0 to 1.
    pub progress: f64,
    /// Where it stands.
    pub status: TaskStatus,
}

/// That a task is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Completion {
    /// The task.
    pub task_id: TaskId,
    /// Its result.
    pub result: Value,
}

/// That a task has failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failing {
    /// The task.
    pub task_id: TaskId,
    /// Why.
    pub error: String,
}
