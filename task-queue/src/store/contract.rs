//! What every store promises.

use std::fmt;
use std::io;

use thiserror::Error;

use crate::future::BoxFuture;
use crate::model::{Change, Snapshot, TaskId, WorkerId};

/// A place where records outlive the process.
///
/// The laws, each of which the suite in `store/tests/laws.rs` puts to every store:
///
/// 1. *Empty*: a new store loads nothing.
/// 2. *Whole*: after a commit, all of its changes are there, exactly as written.
/// 3. *Atomic*: after a refused or failed commit, none of its changes is there.
/// 4. *Fenced*: a record is written only with the revision after the stored one (1 where there is
///    none), and removed only with the stored one; else the commit is refused as a
///    [`StoreError::Conflict`] that names the record. The changes of a commit count in their
///    order.
/// 5. *Alone*: of several commits that write the same revision at the same time, one succeeds.
/// 6. *Durable*: once `commit` has answered, a store that is opened again, after a crash at any
///    moment, loads its changes. (A store in memory is opened again by cloning it.)
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Loads all records.
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// Writes and removes records, all or none.
    ///
    /// # Cancel safety
    ///
    /// A commit whose future is dropped has happened wholly or not at all; which, a load tells.
    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// Which record it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordId {
    /// A task's.
    Task(TaskId),
    /// A worker's.
    Worker(WorkerId),
}

/// Why a store has not done what it was asked to do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Somebody else has written or removed the record in the meantime.
    #[error("the record of {record} has been changed by somebody else")]
    Conflict {
        /// Which record.
        record: RecordId,
    },
    /// What is stored under that name cannot be read.
    #[error("the record of {record} is damaged")]
    Damaged {
        /// Which record.
        record: RecordId,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The medium has failed.
    #[error("the store cannot be reached")]
    Io(#[from] io::Error),
}

impl RecordId {
    /// Returns which record a change is about.
    pub const fn of(change: &Change) -> Self {
        match change {
            Change::PutTask(task) => Self::Task(task.id),
            Change::RemoveTask { id, .. } => Self::Task(*id),
            Change::PutWorker(worker) => Self::Worker(worker.id),
            Change::RemoveWorker { id, .. } => Self::Worker(*id),
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(id) => id.fmt(f),
            Self::Worker(id) => id.fmt(f),
        }
    }
}
