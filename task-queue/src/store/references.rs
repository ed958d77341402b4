//! Where the records of references are kept: what the registry asks for, and how often each was used.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capnweb_runtime::sturdy::{CounterId, Record, RecordId, Revocation, Spending, StoreFuture};
use capnweb_runtime::{MemoryStore, SturdyStore};

use crate::model::Timestamp;

/// A store of references that also knows how often each was used.
///
/// Besides the laws of [`SturdyStore`], it keeps two more: of the uses of one reference no more are
/// granted than its limit, however many ask at the same time; and they are forgotten with its record.
pub trait ReferenceStore: SturdyStore {
    /// Counts a use of a reference, unless it was used as often as it may be; returns whether it was
    /// counted. With a limit, it is durable before this returns; without one, it need not be.
    fn count_use(&self, id: RecordId, at: Timestamp, limit: Option<u64>) -> StoreFuture<'_, bool>;

    /// Returns how often each reference was used that was used at all.
    fn uses(&self) -> StoreFuture<'_, HashMap<RecordId, Uses>>;
}

/// How often a reference was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    /// So many times.
    pub count: u64,
    /// The last time.
    pub last: Timestamp,
}

/// References that end with the process; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryReferences(Arc<InMemory>);

#[derive(Debug, Default)]
struct InMemory {
    records: MemoryStore,
    uses: Mutex<HashMap<RecordId, Uses>>,
}

impl MemoryReferences {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordId, Uses>> {
        self.0.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Uses {
    /// Returns these and one more, unless they are as many as they may be.
    pub(super) fn and_one(before: Option<Self>, at: Timestamp, limit: Option<u64>) -> Option<Self> {
        let count = before.map_or(0, |uses| uses.count);
        let count = count.checked_add(1)?;
        let fits = limit.is_none_or(|limit| count <= limit);
        fits.then_some(Self { count, last: at })
    }
}

impl ReferenceStore for MemoryReferences {
    fn count_use(&self, id: RecordId, at: Timestamp, limit: Option<u64>) -> StoreFuture<'_, bool> {
        let mut uses = self.lock();
        let counted = Uses::and_one(uses.get(&id).copied(), at, limit);
        if let Some(counted) = counted {
            uses.insert(id, counted);
        }
        Box::pin(ready(Ok(counted.is_some())))
    }

    fn uses(&self) -> StoreFuture<'_, HashMap<RecordId, Uses>> {
        Box::pin(ready(Ok(self.lock().clone())))
    }
}

impl SturdyStore for MemoryReferences {
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()> {
        self.0.records.insert(record, max_records)
    }

    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>> {
        self.0.records.find(id)
    }

    fn list(&self) -> StoreFuture<'_, Vec<Record>> {
        self.0.records.list()
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool> {
        self.0.records.revoke(id, revocation)
    }

    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64> {
        self.0.records.spend(spending)
    }

    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64> {
        self.0.records.spent(record, counter)
    }

    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()> {
        self.lock().retain(|id, _| !ids.contains(id));
        self.0.records.remove(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::references;

    #[tokio::test(flavor = "multi_thread")]
    async fn references_in_memory_keep_the_laws() {
        references::hold_for(MemoryReferences::new).await;
    }
}
