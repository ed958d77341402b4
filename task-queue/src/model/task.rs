//! A task's record: what it is, where it stands, and what it has produced so far.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    Attempt, EndedAttempt, Entry, Epoch, Events, Failure, Happening, Progress, Submitter, TaskId,
    TaskSpec, Timestamp,
};

/// A task's record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its name.
    pub id: TaskId,
    /// How often the record has been written to the store.
    pub revision: u64,
    /// Where it stands in the queue, in order of submission.
    pub order: u64,
    /// When it was accepted.
    pub submitted_at: Timestamp,
    /// Whose it is.
    pub submitter: Submitter,
    /// What is to be done.
    pub spec: Arc<TaskSpec>,
    /// Where it stands.
    pub state: TaskState,
    /// How far it has come.
    pub progress: Progress,
    /// What has happened to it, its log lines among that.
    pub events: Events,
    /// Results delivered on the way; they outlive the attempts that delivered them.
    pub partial_results: Vec<Arc<Value>>,
    /// Where the next attempt can take up the work.
    pub checkpoint: Option<Arc<Value>>,
    /// About how many bytes the task's values take.
    pub bytes: usize,
    /// The latest failure of an attempt.
    pub last_failure: Option<Box<Failure>>,
    /// How many attempts have failed.
    pub failures: u32,
    /// When attempts have ended because their worker was lost, as far as that still counts.
    pub losses: Vec<Timestamp>,
    /// The epoch of the latest attempt.
    pub epoch: Epoch,
    /// The latest attempts that are over, oldest first.
    pub history: VecDeque<EndedAttempt>,
}

/// Where a task stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Waiting for a worker.
    Pending,
    /// Not to begin before a point in time.
    Scheduled(Timestamp),
    /// A worker is on it.
    Running(Attempt),
    /// The last attempt failed; waiting for the next until a point in time.
    Retrying(Timestamp),
    /// Done.
    Completed {
        /// What came out.
        result: Arc<Value>,
        /// When it was recorded.
        at: Timestamp,
    },
    /// Failed for good.
    Failed {
        /// Why.
        failure: Box<Failure>,
        /// When it was recorded.
        at: Timestamp,
    },
    /// Cancelled.
    Cancelled(Timestamp),
}

/// Where a task stands, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Waiting for a worker.
    Pending,
    /// Not to begin before a point in time.
    Scheduled,
    /// A worker is on it.
    Running,
    /// Waiting for its next attempt.
    Retrying,
    /// Done.
    Completed,
    /// Failed for good.
    Failed,
    /// Cancelled.
    Cancelled,
}

impl Task {
    /// Creates the record of a task that was just accepted, and stands in the queue.
    pub fn new(id: TaskId, spec: TaskSpec, order: u64, now: Timestamp) -> Self {
        Self {
            id,
            revision: 0,
            order,
            submitted_at: now,
            submitter: Submitter::default(),
            bytes: spec.params.size(),
            spec: Arc::new(spec),
            state: TaskState::Pending,
            progress: Progress::NONE,
            events: Events::default(),
            partial_results: Vec::new(),
            checkpoint: None,
            last_failure: None,
            failures: 0,
            losses: Vec::new(),
            epoch: Epoch::default(),
            history: VecDeque::new(),
        }
    }

    /// Returns where the task stands.
    pub const fn status(&self) -> TaskStatus {
        self.state.status()
    }

    /// Returns the events that were stored, from a number on.
    pub fn stored_events(&self, from: u64) -> impl Iterator<Item = Entry> {
        let first = Entry {
            seq: 1,
            at: self.submitted_at,
            what: Happening::Submitted,
        };
        let first = (from <= first.seq).then_some(first);
        first
            .into_iter()
            .chain(self.events.stored_from(from).cloned())
    }

    /// Returns the attempt under way, if there is one.
    pub const fn live_attempt(&self) -> Option<&Attempt> {
        match &self.state {
            TaskState::Running(attempt) => Some(attempt),
            _ => None,
        }
    }

    /// Returns the result of a completed task.
    pub const fn result(&self) -> Option<&Arc<Value>> {
        match &self.state {
            TaskState::Completed { result, .. } => Some(result),
            _ => None,
        }
    }

    /// Returns why the task has failed, or why its latest attempt has.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.state {
            TaskState::Failed { failure, .. } => Some(failure),
            TaskState::Completed { .. } => None,
            _ => self.last_failure.as_deref(),
        }
    }

    /// Returns when the task came to its end, if it has.
    pub const fn finished_at(&self) -> Option<Timestamp> {
        match self.state {
            TaskState::Completed { at, .. }
            | TaskState::Failed { at, .. }
            | TaskState::Cancelled(at) => Some(at),
            _ => None,
        }
    }
}

impl TaskState {
    /// Returns the state in a word.
    pub const fn status(&self) -> TaskStatus {
        match self {
            Self::Pending => TaskStatus::Pending,
            Self::Scheduled(_) => TaskStatus::Scheduled,
            Self::Running(_) => TaskStatus::Running,
            Self::Retrying(_) => TaskStatus::Retrying,
            Self::Completed { .. } => TaskStatus::Completed,
            Self::Failed { .. } => TaskStatus::Failed,
            Self::Cancelled(_) => TaskStatus::Cancelled,
        }
    }

    /// Returns when the scheduler must look at the task again, if it must.
    pub const fn due_at(&self) -> Option<Timestamp> {
        match self {
            Self::Scheduled(at) | Self::Retrying(at) => Some(*at),
            Self::Running(attempt) => attempt.deadline,
            _ => None,
        }
    }
}

impl TaskStatus {
    /// Returns whether this is an end, which no task leaves again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// Returns the status as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Retrying => "retrying",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for TaskStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
