//! The store, for those who use it: a way to the thread that has the database.

use std::fmt;
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::future::BoxFuture;
use crate::model::{Change, RecordId, Snapshot};
use crate::store::sqlite::open::{Opened, open};
use crate::store::sqlite::writer::{Job, run};
use crate::store::{Store, StoreError};

/// A store in a file of a directory. Dropping it finishes what it was asked to do, and closes the
/// file.
///
/// The database is SQLite, in WAL mode with `synchronous=FULL`, which is part of this program: the
/// system's is not used. A commit answers when it is on disk; those that wait meanwhile are written
/// together, in one transaction.
pub struct SqliteStore {
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
}

impl SqliteStore {
    /// Opens the store of a directory, which must be there; its file, `queue.db`, is created if
    /// there is none. Reads the whole file to see whether it is in order, which blocks.
    ///
    /// # Errors
    ///
    /// If another process has it open, if it is damaged, of a newer version or not of this program,
    /// or if the medium fails.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        Self::start(open(directory)?)
    }

    /// Opens the store of a directory on a medium that has room for so many pages.
    #[cfg(test)]
    pub(super) fn open_small(directory: &Path, pages: u32) -> Result<Self, StoreError> {
        let opened = open(directory)?;
        let limited = opened.database.pragma_update(None, "max_page_count", pages);
        limited.map_err(StoreError::Database)?;
        Self::start(opened)
    }

    fn start(opened: Opened) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel();
        let writer = thread::Builder::new().name("task-queue-store".to_owned());
        let writer = writer.spawn(move || write(opened, &waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            writer: Some(writer),
        })
    }

    /// Has the thread that has the database do something, after what it was asked for before.
    pub(super) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let job = |reply: oneshot::Sender<_>| {
            // Whoever asked may have stopped waiting.
            Job::Aside(Box::new(move |database| drop(reply.send(work(database)))))
        };
        self.ask(job).await
    }

    async fn ask<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send(job(reply)).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Store for SqliteStore {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        Box::pin(self.ask(Job::Load))
    }

    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        Box::pin(self.ask(|reply| Job::Fetch(records, reply)))
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.ask(|reply| Job::Commit(changes, reply)))
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(writer) = self.writer.take() {
            // It ends with the last job; that it panicked, those who waited for it have heard.
            drop(writer.join());
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

fn write(opened: Opened, waiting: &mpsc::Receiver<Job>) {
    let Opened { database, lock } = opened;
    run(&database, waiting);
    close(database);
    // Only now may somebody else have it.
    drop(lock);
}

fn close(database: Connection) {
    // What could fail here is writing the log back, which the next one to open it does then.
    drop(database.close());
}
