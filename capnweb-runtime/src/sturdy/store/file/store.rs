//! The handle of a store in a file.

use std::future::ready;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

use super::journal::Journal;
use super::writer::{self, Order, Shared};
use crate::sturdy::error::{OpenError, StoreError};
use crate::sturdy::record::{CounterId, Record, RecordId, Revocation};
use crate::sturdy::store::contract::{Spending, StoreFuture, SturdyStore};
use crate::sturdy::store::tables::{Ask, Tables};

/// A [`SturdyStore`] in a file, which needs nothing installed.
///
/// It is a journal: each line is a change, with a checksum, and is on the disk before the change is
/// answered, so that a loss of power does not undo it. Those that come at the same time share one write.
/// A line that was cut off by a crash was not answered, and is dropped; one that is damaged otherwise
/// keeps the store from being opened. When most of the file is history, it is replaced by a shorter one.
/// Everything in it is also in memory. After a failed write, the store answers with that failure until it
/// is opened again.
///
/// One process may have it open: a file with the same name and `.lock` is locked meanwhile. It is
/// made for its owner's eyes only, though there is no secret in it.
#[derive(Debug)]
pub struct FileStore {
    shared: Arc<Shared>,
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<()>>,
}

impl FileStore {
    /// Opens a store, or makes one. Reads all of it, and blocks meanwhile.
    ///
    /// # Errors
    ///
    /// When the file is in use, something else, damaged, or cannot be read or written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let (journal, tables) = Journal::open(path)?;
        let shared = Arc::new(Shared::new(tables));
        let (orders, taken) = channel();
        let for_writer = Arc::clone(&shared);
        let writer = thread::Builder::new()
            .name("sturdy store".to_owned())
            .spawn(move || writer::run(journal, &for_writer, &taken))
            .map_err(|source| OpenError::Io {
                path: path.to_owned(),
                source,
            })?;
        Ok(Self {
            shared,
            orders: Some(orders),
            writer: Some(writer),
        })
    }

    /// Has the writer do something. It is under way when this returns.
    fn ask(&self, ask: Ask) -> impl Future<Output = Result<u64, StoreError>> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        if let Some(orders) = &self.orders {
            // If the writer is gone, so is the answer.
            drop(orders.send(Order { ask, answer }));
        }
        async { answered.await.unwrap_or_else(|_| Err(stopped())) }
    }

    fn read<T: Send + 'static>(&self, read: impl FnOnce(&Tables) -> T) -> StoreFuture<'_, T> {
        Box::pin(ready(self.shared.read(read)))
    }
}

fn stopped() -> StoreError {
    io::Error::other("the thread that writes has ended").into()
}

impl Drop for FileStore {
    /// Waits until what was asked for is written, so that the store can be opened again then.
    fn drop(&mut self) {
        drop(self.orders.take());
        if let Some(writer) = self.writer.take() {
            drop(writer.join());
        }
    }
}

impl SturdyStore for FileStore {
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()> {
        let inserted = self.ask(Ask::Insert(record, max_records));
        Box::pin(async { inserted.await.map(|_| ()) })
    }

    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>> {
        self.read(|tables| tables.find(id))
    }

    fn list(&self) -> StoreFuture<'_, Vec<Record>> {
        self.read(Tables::list)
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool> {
        let revoked = self.ask(Ask::Revoke(id, revocation));
        Box::pin(async { revoked.await.map(|first| first == 1) })
    }

    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64> {
        Box::pin(self.ask(Ask::Spend(spending)))
    }

    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64> {
        self.read(|tables| tables.spent(record, counter))
    }

    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()> {
        let removed = self.ask(Ask::Remove(ids));
        Box::pin(async { removed.await.map(|_| ()) })
    }
}
