//! Workers as the scheduler knows them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{TaskId, TaskKind, Timestamp, UnknownKind, WorkerId};

/// What a worker has to work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkerKind {
    /// A processor.
    Cpu,
    /// A processor and a graphics processor.
    Gpu,
}

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

/// A worker's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Its name.
    pub id: WorkerId,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// What it has to work with.
    pub kind: WorkerKind,
    /// What it is doing.
    pub status: WorkerStatus,
    /// Where it stands among the workers, in order of registration.
    pub order: u64,
    /// How many tasks it has completed.
    pub tasks_completed: u64,
    /// How many attempts have failed with it, timeouts included.
    pub tasks_failed: u64,
}

impl WorkerKind {
    /// Returns whether a worker of this kind can execute a task of that kind.
    pub const fn fits(self, task: TaskKind) -> bool {
        match self {
            Self::Gpu => true,
            Self::Cpu => !matches!(task, TaskKind::Gpu),
        }
    }

    /// Returns the kind as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
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
    pub const fn new(id: WorkerId, kind: WorkerKind, order: u64) -> Self {
        Self {
            id,
            revision: 0,
            kind,
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

impl FromStr for WorkerKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        [Self::Cpu, Self::Gpu]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownKind::of("worker", text))
    }
}

impl fmt::Display for WorkerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for WorkerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
