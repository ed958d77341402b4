//! What goes to the store and what comes back: whole records, each with its revision.

use std::fmt;

use crate::model::{Setting, SettingId, Task, TaskId, Worker, WorkerId};

/// One record to be written or removed.
///
/// A record's revision counts its writes: the one it is written with is one more than the one it
/// was read with. So a store can tell that somebody else has been there, without looking inside.
///
/// A task's record is found by its name and its place in the order of submission together, neither
/// of which ever changes: that new records have the highest places lets a store keep them side by
/// side, however random their names are.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Write a task, whose revision is one more than the stored one (1 for a new one).
    PutTask {
        /// The task as it is now.
        task: Box<Task>,
        /// What of its large parts is as it is stored already.
        kept: Kept,
    },
    /// Remove a task.
    RemoveTask {
        /// Which.
        id: TaskId,
        /// Its place in the order of submission.
        order: u64,
        /// The revision it is stored with.
        revision: u64,
    },
    /// Write a worker, whose revision is one more than the stored one (1 for a new one).
    PutWorker(Worker),
    /// Remove a worker.
    RemoveWorker {
        /// Which.
        id: WorkerId,
        /// The revision it is stored with.
        revision: u64,
    },
    /// Write a setting, whose revision is one more than the stored one (1 for a new one).
    PutSetting(Setting),
    /// Remove a setting.
    RemoveSetting {
        /// Which.
        id: SettingId,
        /// The revision it is stored with.
        revision: u64,
    },
}

/// What of a task's large parts is as it is stored already, and need not be written again.
///
/// Of a new task nothing is. Its specification never changes, so it is written once; its partial
/// results only become more, and a checkpoint is only replaced by another. Of its events, those that
/// are kept are not even in the task that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// So many of the partial results, the first ones.
    pub partial_results: usize,
    /// The checkpoint, or that there is none.
    pub checkpoint: bool,
    /// The events up to this number.
    pub events: u64,
}

/// Which record it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordId {
    /// A task's.
    Task {
        /// Its name.
        id: TaskId,
        /// Its place in the order of submission.
        order: u64,
    },
    /// A worker's.
    Worker(WorkerId),
    /// A setting's.
    Setting(Box<SettingId>),
}

/// All records, or those that were asked for, in no particular order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The workers.
    pub workers: Vec<Worker>,
    /// The settings.
    pub settings: Vec<Setting>,
}

impl Kept {
    /// Nothing of them.
    pub const NOTHING: Self = Self {
        partial_results: 0,
        checkpoint: false,
        events: 0,
    };
}

impl RecordId {
    /// Returns which record a change is about.
    pub fn of(change: &Change) -> Self {
        match change {
            Change::PutTask { task, .. } => Self::of_task(task),
            Change::RemoveTask { id, order, .. } => Self::Task {
                id: *id,
                order: *order,
            },
            Change::PutWorker(worker) => Self::Worker(worker.id),
            Change::RemoveWorker { id, .. } => Self::Worker(*id),
            Change::PutSetting(setting) => Self::Setting(Box::new(setting.id())),
            Change::RemoveSetting { id, .. } => Self::Setting(Box::new(id.clone())),
        }
    }

    /// Returns which record is this task's.
    pub const fn of_task(task: &Task) -> Self {
        Self::Task {
            id: task.id,
            order: task.order,
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task { id, .. } => id.fmt(f),
            Self::Worker(id) => id.fmt(f),
            Self::Setting(id) => id.fmt(f),
        }
    }
}
