//! What is to be done in the world once a change has been stored.

use std::sync::Arc;

use serde_json::Value;

use crate::model::{
    EndReason, Epoch, Failure, Offer, Origin, Progress, TaskId, TaskSpec, TaskStatus, Timestamp,
    WorkerId,
};

/// Something to be done in the world.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Hand the worker its task, with live capabilities minted from the grants.
    StartAttempt(Box<Assignment>),
    /// Ask the worker, which has joined, to stop an attempt, which is under way.
    StopAttempt {
        /// The task.
        task: TaskId,
        /// The worker that holds the lease.
        worker: WorkerId,
        /// The attempt's fence.
        epoch: Epoch,
        /// Why it is to stop.
        why: EndReason,
    },
    /// Take back everything that a worker was handed when it joined.
    EndMembership {
        /// The worker.
        worker: WorkerId,
        /// Why.
        why: EndReason,
    },
    /// Take back everything that was handed out for an attempt.
    EndAttempt {
        /// The task.
        task: TaskId,
        /// The worker that held the lease.
        worker: WorkerId,
        /// The attempt's fence.
        epoch: Epoch,
        /// What ended it.
        why: EndReason,
    },
    /// Tell those who watch the task.
    Notify {
        /// The task.
        task: TaskId,
        /// What there is to tell.
        notice: Notice,
    },
    /// Apply [`Command::Due`](crate::engine::Command::Due) at that time; it replaces any earlier
    /// request of the kind.
    WakeAt(Timestamp),
}

/// What a worker is handed for one attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The task.
    pub task: TaskId,
    /// The worker that holds the lease.
    pub worker: WorkerId,
    /// What it offers.
    pub offer: Arc<Offer>,
    /// How it came to the queue.
    pub origin: Origin,
    /// The attempt's fence.
    pub epoch: Epoch,
    /// What is to be done, and with which grants.
    pub spec: Arc<TaskSpec>,
    /// How many attempts have failed.
    pub failures: u32,
    /// Where an earlier attempt left off.
    pub checkpoint: Option<Arc<Value>>,
    /// What earlier attempts have delivered.
    pub partial_results: Vec<Arc<Value>>,
}

/// Something worth telling those who watch a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// It is in another state, which is no end.
    Status(TaskStatus),
    /// It has come this far.
    Progress {
        /// How far.
        progress: Progress,
        /// In which state.
        status: TaskStatus,
    },
    /// There is another log line.
    Log(String),
    /// There is another partial result.
    Partial(Arc<Value>),
    /// It is done.
    Completed(Arc<Value>),
    /// It has failed for good.
    Failed(Failure),
    /// It was cancelled.
    Cancelled,
}
