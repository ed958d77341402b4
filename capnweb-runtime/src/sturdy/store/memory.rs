//! A store for tests, and for references that need not outlive the process.

use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::contract::{Spending, StoreFuture, SturdyStore};
use super::tables::{Ask, Tables};
use crate::sturdy::error::StoreError;
use crate::sturdy::record::{CounterId, Record, RecordId, Revocation};

/// A [`SturdyStore`] in memory: what is in it ends with the process.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Tables>);

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn perform(&self, ask: Ask) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let decision = tables.decide(ask)?;
        for change in decision.changes {
            tables.apply(change);
        }
        Ok(decision.answer)
    }
}

impl SturdyStore for MemoryStore {
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()> {
        let inserted = self.perform(Ask::Insert(record, max_records));
        Box::pin(ready(inserted.map(|_| ())))
    }

    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>> {
        Box::pin(ready(Ok(self.tables().find(id))))
    }

    fn list(&self) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(ready(Ok(self.tables().list())))
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool> {
        let revoked = self.perform(Ask::Revoke(id, revocation));
        Box::pin(ready(revoked.map(|first| first == 1)))
    }

    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64> {
        Box::pin(ready(self.perform(Ask::Spend(spending))))
    }

    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64> {
        Box::pin(ready(Ok(self.tables().spent(record, counter))))
    }

    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()> {
        let removed = self.perform(Ask::Remove(ids));
        Box::pin(ready(removed.map(|_| ())))
    }
}
