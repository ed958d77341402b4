//! What those are told who watch a worker.

use serde::Serialize;

use crate::model::{TaskId, TaskType, WorkerId};

/// Something that has happened to a worker. As JSON, `event` says what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "event",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
#[non_exhaustive]
pub enum Notice {
    /// It has joined.
    Joined {
        /// The name that the queue has given it.
        worker: WorkerId,
    },
    /// It has come back on another connection, as the worker that it was.
    Resumed {
        /// Its name.
        worker: WorkerId,
        /// How many attempts go on.
        attempts: usize,
    },
    /// The connection was lost; it is about to come back.
    Away,
    /// The queue cannot be reached; it is tried again.
    Unreachable {
        /// Why not.
        reason: String,
    },
    /// The queue has given up on it, and its tasks have gone to others; it joins anew.
    Lost {
        /// What the queue says.
        reason: String,
    },
    /// An attempt has begun.
    Started {
        /// The task.
        task: TaskId,
        /// Its type.
        #[serde(rename = "type")]
        kind: TaskType,
        /// The number of the attempt, among all of the task.
        epoch: u64,
    },
    /// An attempt has ended.
    Ended {
        /// The task.
        task: TaskId,
        /// The number of the attempt.
        epoch: u64,
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
    },
    /// It gets no more tasks, and leaves when those that it has are done.
    Draining {
        /// How many it has.
        attempts: usize,
    },
}

/// How an attempt has ended, on the worker's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// With a result.
    Completed,
    /// With an error.
    Failed {
        /// What has gone wrong.
        error: String,
        /// Its code.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// It was stopped: cancelled, lost, or given back.
    Stopped,
}
