//! What goes to the store and what comes back: whole records, each with its revision.

use crate::model::{Task, TaskId, Worker, WorkerId};

/// One record to be written or removed.
///
/// A record's revision counts its writes: the one it is written with is one more than the one it
/// was read with. So a store can tell that somebody else has been there, without looking inside.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Write a task, whose revision is one more than the stored one (1 for a new one).
    PutTask(Box<Task>),
    /// Remove a task.
    RemoveTask {
        /// Which.
        id: TaskId,
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
}

/// All records, in no particular order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The tasks.
    pub tasks: Vec<Task>,
    /// The workers.
    pub workers: Vec<Worker>,
}
