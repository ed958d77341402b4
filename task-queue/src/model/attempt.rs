//! One attempt at a task: a lease that a worker holds until the attempt ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Timestamp, WorkerId};

/// The number of an attempt among all of its task, also called its fence.
///
/// Epochs of a task only grow. Whatever an attempt says carries its epoch, and is heard only while
/// that is the task's latest.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Epoch(u64);

/// An attempt that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The attempt's fence.
    pub epoch: Epoch,
    /// The worker that holds the lease.
    pub worker: WorkerId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it will be asked to stop, or count as failed, if it has not ended by then.
    pub deadline: Option<Timestamp>,
    /// Whether it is still wanted.
    #[serde(default)]
    pub phase: Phase,
}

/// Whether an attempt is still wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is.
    #[default]
    Working,
    /// It has taken too long, and its worker was asked to stop it. A result is still taken.
    Stopping,
}

/// An attempt that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedAttempt {
    /// What it was.
    pub attempt: Attempt,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What ended it.
    pub why: EndReason,
}

/// What ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// It delivered a result.
    Completed,
    /// It failed.
    Failed,
    /// It took too long.
    TimedOut,
    /// The task was cancelled.
    Cancelled,
    /// Its worker went away.
    WorkerLost,
    /// Its worker was not heard of for too long.
    LeaseExpired,
    /// The server was lost, and its worker with it, or it did not come back to the next one.
    ServerLost,
    /// Its worker left in good order, and gave the task back.
    WorkerLeft,
    /// Its worker was revoked.
    WorkerRevoked,
    /// A supervisor settled the task in its stead.
    Superseded,
}

impl Epoch {
    /// Returns the epoch after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Returns the number; the first attempt of a task has 1.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
