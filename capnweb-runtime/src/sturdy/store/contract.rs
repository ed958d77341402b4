//! What every store promises.

use std::pin::Pin;

use crate::sturdy::error::StoreError;
use crate::sturdy::record::{CounterId, Record, RecordId, Revocation};

/// The answer of a store, under way.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A place where the records of a [`Registry`](super::super::Registry) outlive the process.
///
/// [`MemoryStore`](super::MemoryStore) and [`FileStore`](super::FileStore) are there; for a database,
/// implement this. The laws, each of which `sturdy::laws` (feature `sturdy-laws`) puts to a store:
///
/// 1. *Empty*: a new store has no records.
/// 2. *Whole*: a record that was inserted is found, and listed, as it was, until it is changed here.
/// 3. *Once*: a name is inserted once. A second time is [`StoreError::Exists`], and changes nothing.
/// 4. *Bounded*: there are never more records, nor more counters under one, than the caller says.
///    One more is refused, and changes nothing; what is there goes on working.
/// 5. *Final*: a revoked record stays revoked, for its first reason, until it is removed.
/// 6. *Exact*: over all calls of `spend` on one counter, whenever and wherever, no more is granted
///    than the limit, and as much as was asked for up to it. Counters of other names are others.
/// 7. *Gone*: what was removed is not found, and its counters are forgotten with it.
/// 8. *Durable*: what was answered is so after a crash at any moment. (A store in memory is exempt.)
///
/// A registry trusts its store: whoever can write to it can bring revoked references back to life, if
/// not make new ones. Several processes may share one; a revocation then ends the stubs that live in
/// the process in which it was made, and every later restoration everywhere.
///
/// # Cancel safety
///
/// What was asked for and whose future was dropped has happened wholly or not at all.
pub trait SturdyStore: Send + Sync + 'static {
    /// Adds a record, unless that would make more than `max_records`.
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()>;

    /// Returns a record.
    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>>;

    /// Returns all records, in no order.
    fn list(&self) -> StoreFuture<'_, Vec<Record>>;

    /// Revokes a record; returns whether this was the first time. [`StoreError::Missing`] if there is
    /// none.
    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool>;

    /// Uses up some of what a counter has left; returns how much was granted, which may be less than
    /// was wanted, or nothing. [`StoreError::Missing`] if there is no such record.
    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64>;

    /// Returns how much of a counter was used; nothing if there is none.
    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64>;

    /// Removes records with their counters; those that are not there are passed over.
    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()>;
}

/// What is to be used up of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spending {
    /// Under which record it is.
    pub record: RecordId,
    /// Its name. It begins at nothing used.
    pub counter: CounterId,
    /// How much is wanted.
    pub wanted: u64,
    /// How much there is altogether.
    pub limit: u64,
    /// How many counters the record may have.
    pub max_counters: usize,
}
