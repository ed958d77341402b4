//! What every store promises.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::future::BoxFuture;
use crate::model::{Change, RecordId, Snapshot};

/// A place where records outlive the process.
///
/// The laws, each of which the suite in `store/tests/laws.rs` puts to every store:
///
/// 1. *Empty*: a new store loads nothing.
/// 2. *Whole*: after a commit, all of its changes are there, exactly as written; what a change says
///    is [`Kept`](crate::model::Kept) is as it was before.
/// 3. *Atomic*: after a refused or failed commit, none of its changes is there.
/// 4. *Fenced*: a record is written only with the revision after the stored one (1 where there is
///    none), and removed only with the stored one; else the commit is refused as a
///    [`StoreError::Conflict`] that names the record. The changes of a commit count in their
///    order.
/// 5. *Alone*: of several commits that write the same revision at the same time, one succeeds; that
///    the others are refused is of no consequence to it.
/// 6. *Durable*: once `commit` has answered, a store that is opened again, after a crash at any
///    moment, loads its changes. (A store in memory is opened again by cloning it.)
/// 7. *Lasting*: a store that had no room for a commit goes on: it refuses that one as
///    [`StoreError::Full`], and takes those that there is room for.
///
/// Commits that wait at the same time may be written together, each still by itself all or none.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Loads all records.
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// Loads those of these records that there are.
    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>>;

    /// Writes and removes records, all or none. Commits are made in the order of the calls.
    ///
    /// # Errors
    ///
    /// After a [`StoreError::Database`] it can be that the medium has the changes nevertheless, or
    /// has them after a crash: whether it does, a load tells.
    ///
    /// # Cancel safety
    ///
    /// A commit whose future is dropped has happened wholly or not at all; which, a load tells.
    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>>;
}

/// Why a store has not done what it was asked to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else has written or removed the record in the meantime.
    #[error("the record of {record} has been changed by somebody else")]
    Conflict {
        /// Which record.
        record: RecordId,
    },
    /// There is no room for it.
    #[error("the disk is full")]
    Full,
    /// What is stored under that name cannot be read.
    #[error(
        "the record of {record} is damaged ({source}): restore a backup, or delete its row with \
         `sqlite3`"
    )]
    Damaged {
        /// Which record.
        record: RecordId,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another process has the store open.
    #[error("{path} is in use by another task queue: stop that first, or choose another directory")]
    InUse {
        /// Where the store is.
        path: PathBuf,
    },
    /// The store was written by a version of this program that knows more than this one.
    #[error(
        "{path} was written by a newer version of task-queue (its schema is {found}, this version \
         knows {known}): run that version, or restore a backup that this one has made"
    )]
    Newer {
        /// Where the store is.
        path: PathBuf,
        /// The version of its schema.
        found: u32,
        /// The newest version that is known here.
        known: u32,
    },
    /// The file is a database of another program.
    #[error("{path} is the database of another program: choose another directory")]
    Foreign {
        /// Where it is.
        path: PathBuf,
    },
    /// The file is damaged, or no database.
    #[error(
        "{path} is damaged ({detail}): put a backup in its place, or move it away to begin with an \
         empty queue"
    )]
    Corrupt {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The database has failed.
    #[error("the database has failed: {0}")]
    Database(#[source] rusqlite::Error),
    /// The medium has failed.
    #[error("the store cannot be reached: {0}")]
    Io(#[from] io::Error),
    /// The store has been closed.
    #[error("the store has been closed")]
    Closed,
}
