//! Workers as the scheduler knows them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{Offer, TaskId, Timestamp, WorkerId};

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerStatus {
    /// Waiting for a task.
    Idle,
    /// Holding the lease of a task's live attempt.
    Busy(TaskId),
    /// Dismissed, for good.
    Revoked(Timestamp),
}

/// How a worker came to the queue, and so who hands it tasks.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is of the queue's own process: whether it gets tasks by itself, the queue's mode says.
    #[default]
    InProcess,
    /// It has joined: it wants work, whatever the queue's mode.
    Joined,
}

/// A worker's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Its name.
    pub id: WorkerId,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// What it offers.
    pub offer: Arc<Offer>,
    /// How it came to the queue.
    #[serde(default)]
    pub origin: Origin,
    /// What it is doing.
    pub status: WorkerStatus,
    /// Where it stands among the workers, in order of registration.
    pub order: u64,
    /// How many tasks it has completed.
    pub tasks_completed: u64,
    /// How many attempts have failed with it, timeouts included.
    pub tasks_failed: u64,
}

impl WorkerStatus {
    /// Returns the status as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Busy(_) => "busy",
            Self::Revoked(_) => "revoked",
        }
    }
}

impl Worker {
    /// Creates the record of a worker that has not done anything yet.
    pub const fn new(id: WorkerId, offer: Arc<Offer>, order: u64) -> Self {
        Self {
            id,
            revision: 0,
            offer,
            origin: Origin::InProcess,
            status: WorkerStatus::Idle,
            order,
            tasks_completed: 0,
            tasks_failed: 0,
        }
    }

    /// Returns whether the worker has been dismissed.
    pub const fn is_revoked(&self) -> bool {
        matches!(self.status, WorkerStatus::Revoked(_))
    }
}

impl fmt::Display for WorkerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
