//! References to rows and back.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Weak};

use capnweb_runtime::SturdyStore;
use capnweb_runtime::sturdy::{
    CounterId, Record, RecordId, Revocation, Spending, StoreError as SturdyError, StoreFuture,
};
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::model::Timestamp;
use crate::store::sqlite::store::SqliteStore;
use crate::store::sqlite::writer::in_transaction;
use crate::store::{ReferenceStore, StoreError, Uses};

/// The references of a queue, in its database: one backup has both. There is nothing in it that could
/// be presented, only hashes.
///
/// It works as long as the store is open; it does not keep it open.
#[derive(Debug, Clone)]
pub struct SqliteReferences(Weak<SqliteStore>);

impl SqliteReferences {
    /// Returns the references in a store's database.
    pub fn of(store: &Arc<SqliteStore>) -> Self {
        Self(Arc::downgrade(store))
    }

    /// Has the thread that has the database do something in a transaction.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Unkept> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let store = self.0.upgrade();
        Box::pin(async move {
            let store = store.ok_or_else(|| sturdy(StoreError::Closed))?;
            // What is refused changes nothing, so there is nothing to undo.
            let done = store.aside(move |database| {
                let mut refused = None;
                let done = in_transaction(database, || match work(database) {
                    Ok(done) => Ok(Some(done)),
                    Err(Unkept::Failed(error)) => Err(error),
                    Err(Unkept::Refused(why)) => {
                        refused = Some(why);
                        Ok(None)
                    }
                });
                done.map(|done| done.ok_or(refused))
            });
            match done.await.map_err(sturdy)? {
                Ok(done) => Ok(done),
                Err(refused) => Err(refused.unwrap_or(SturdyError::Missing)),
            }
        })
    }
}

/// Why something was not done.
enum Unkept {
    /// A law says no.
    Refused(SturdyError),
    /// The database has failed.
    Failed(StoreError),
}

type Kept<T> = Result<T, Unkept>;

impl SturdyStore for SqliteReferences {
    fn insert(&self, record: Record, max_records: usize) -> StoreFuture<'_, ()> {
        self.ask(move |database| insert(database, &record, max_records))
    }

    fn find(&self, id: RecordId) -> StoreFuture<'_, Option<Record>> {
        self.ask(move |database| find(database, id))
    }

    fn list(&self) -> StoreFuture<'_, Vec<Record>> {
        self.ask(list)
    }

    fn revoke(&self, id: RecordId, revocation: Revocation) -> StoreFuture<'_, bool> {
        self.ask(move |database| revoke(database, id, revocation))
    }

    fn spend(&self, spending: Spending) -> StoreFuture<'_, u64> {
        self.ask(move |database| spend(database, spending))
    }

    fn spent(&self, record: RecordId, counter: CounterId) -> StoreFuture<'_, u64> {
        self.ask(move |database| Ok(spent(database, record, counter)?.unwrap_or(0)))
    }

    fn remove(&self, ids: Vec<RecordId>) -> StoreFuture<'_, ()> {
        self.ask(move |database| ids.iter().try_for_each(|id| remove(database, *id)))
    }
}

impl ReferenceStore for SqliteReferences {
    fn count_use(&self, id: RecordId, at: Timestamp, limit: Option<u64>) -> StoreFuture<'_, bool> {
        self.ask(move |database| count_use(database, id, at, limit))
    }

    fn uses(&self) -> StoreFuture<'_, HashMap<RecordId, Uses>> {
        self.ask(uses)
    }
}

fn insert(database: &Connection, record: &Record, max_records: usize) -> Kept<()> {
    if find(database, record.id)?.is_some() {
        return Err(Unkept::Refused(SturdyError::Exists));
    }
    let count: i64 = one(database, "SELECT count(*) FROM reference", [])?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= max_records {
        return Err(Unkept::Refused(SturdyError::TooManyRecords(max_records)));
    }
    let insert = "INSERT INTO reference (id, record) VALUES (?1, ?2)";
    execute(database, insert, params![bytes(&record.id), text(record)?])
}

fn find(database: &Connection, id: RecordId) -> Kept<Option<Record>> {
    let select = "SELECT record FROM reference WHERE id = ?1";
    let mut statement = database.prepare_cached(select)?;
    let found = statement.query_row([bytes(&id)], |row| row.get::<_, String>(0));
    found.optional()?.map(|text| read(&text)).transpose()
}

fn list(database: &Connection) -> Kept<Vec<Record>> {
    let mut statement = database.prepare_cached("SELECT record FROM reference")?;
    let mut rows = statement.query([])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(read(&row.get::<_, String>(0)?)?);
    }
    Ok(records)
}

fn revoke(database: &Connection, id: RecordId, revocation: Revocation) -> Kept<bool> {
    let found = find(database, id)?;
    let mut record = found.ok_or(Unkept::Refused(SturdyError::Missing))?;
    if record.revoked.is_some() {
        return Ok(false);
    }
    record.revoked = Some(revocation);
    let update = "UPDATE reference SET record = ?2 WHERE id = ?1";
    execute(database, update, params![bytes(&id), text(&record)?])?;
    Ok(true)
}

fn spend(database: &Connection, spending: Spending) -> Kept<u64> {
    let Spending {
        record, counter, ..
    } = spending;
    if find(database, record)?.is_none() {
        return Err(Unkept::Refused(SturdyError::Missing));
    }
    let before = spent(database, record, counter)?;
    if before.is_none() {
        let count = "SELECT count(*) FROM reference_counter WHERE reference = ?1";
        let counters: i64 = one(database, count, [bytes(&record)])?;
        let max = spending.max_counters;
        if usize::try_from(counters).unwrap_or(usize::MAX) >= max {
            return Err(Unkept::Refused(SturdyError::TooManyCounters(max)));
        }
    }
    let before = before.unwrap_or(0);
    let granted = spending.wanted.min(spending.limit.saturating_sub(before));
    let after = before.saturating_add(granted).cast_signed();
    let put = "INSERT OR REPLACE INTO reference_counter (reference, counter, spent) \
               VALUES (?1, ?2, ?3)";
    let counter = &counter.as_bytes()[..];
    execute(database, put, params![bytes(&record), counter, after])?;
    Ok(granted)
}

fn spent(database: &Connection, record: RecordId, counter: CounterId) -> Kept<Option<u64>> {
    let select = "SELECT spent FROM reference_counter WHERE reference = ?1 AND counter = ?2";
    let mut statement = database.prepare_cached(select)?;
    let counter = &counter.as_bytes()[..];
    let found = statement.query_row(params![bytes(&record), counter], |row| row.get::<_, i64>(0));
    Ok(found.optional()?.map(i64::cast_unsigned))
}

fn remove(database: &Connection, id: RecordId) -> Kept<()> {
    let counters = "DELETE FROM reference_counter WHERE reference = ?1";
    execute(database, counters, [bytes(&id)])?;
    execute(
        database,
        "DELETE FROM reference WHERE id = ?1",
        [bytes(&id)],
    )
}

fn count_use(database: &Connection, id: RecordId, at: Timestamp, limit: Option<u64>) -> Kept<bool> {
    let select = "SELECT uses, used_at FROM reference WHERE id = ?1";
    let mut statement = database.prepare_cached(select)?;
    let found = statement.query_row([bytes(&id)], |row| Ok((row.get(0)?, row.get(1)?)));
    let found: Option<(i64, i64)> = found.optional()?;
    let (count, last) = found.ok_or(Unkept::Refused(SturdyError::Missing))?;
    let before = uses_of(count, last);
    let Some(counted) = Uses::and_one(Some(before), at, limit) else {
        return Ok(false);
    };
    let update = "UPDATE reference SET uses = ?2, used_at = ?3 WHERE id = ?1";
    let (count, last) = (counted.count.cast_signed(), at.as_millis().cast_signed());
    execute(database, update, params![bytes(&id), count, last])?;
    Ok(true)
}

fn uses(database: &Connection) -> Kept<HashMap<RecordId, Uses>> {
    let select = "SELECT id, uses, used_at FROM reference WHERE uses > 0";
    let mut statement = database.prepare_cached(select)?;
    let mut rows = statement.query([])?;
    let mut uses = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = RecordId::new(row.get(0)?);
        uses.insert(id, uses_of(row.get(1)?, row.get(2)?));
    }
    Ok(uses)
}

const fn uses_of(count: i64, last: i64) -> Uses {
    Uses {
        count: count.cast_unsigned(),
        last: Timestamp::from_millis(last.cast_unsigned()),
    }
}

fn one<T: rusqlite::types::FromSql>(
    database: &Connection,
    select: &str,
    parameters: impl rusqlite::Params,
) -> Kept<T> {
    let mut statement = database.prepare_cached(select)?;
    Ok(statement.query_row(parameters, |row| row.get(0))?)
}

fn execute(database: &Connection, statement: &str, parameters: impl rusqlite::Params) -> Kept<()> {
    database.prepare_cached(statement)?.execute(parameters)?;
    Ok(())
}

const fn bytes(id: &RecordId) -> &[u8] {
    id.as_bytes()
}

fn text(record: &Record) -> Kept<String> {
    serde_json::to_string(record).map_err(unreadable)
}

fn read(text: &str) -> Kept<Record> {
    serde_json::from_str(text).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Unkept {
    Unkept::Failed(StoreError::Io(error.into()))
}

impl From<rusqlite::Error> for Unkept {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(StoreError::Database(error))
    }
}

/// Turns what the queue's store fails with into what the registry is told.
fn sturdy(error: StoreError) -> SturdyError {
    io::Error::other(error).into()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use capnweb_runtime::sturdy::laws;
    use tempfile::TempDir;

    use super::*;
    use crate::store::tests::references;

    #[tokio::test(flavor = "multi_thread")]
    async fn references_in_the_database_keep_the_laws() {
        let held = Mutex::new(Vec::new());
        references::hold_for(|| {
            let directory = tempfile::tempdir().unwrap();
            let store = Arc::new(SqliteStore::open(directory.path()).unwrap());
            let references = SqliteReferences::of(&store);
            held.lock().unwrap().push((store, directory));
            references
        })
        .await;
    }

    /// The fault: a reference that was revoked, or used up, and works again after a restart.
    #[tokio::test(flavor = "multi_thread")]
    async fn references_in_the_database_last() {
        let reopened = Reopened::new();
        laws::last_when_opened_again(|| reopened.open()).await;
        let reopened = Reopened::new();
        references::last(|| reopened.open()).await;
    }

    #[tokio::test]
    async fn a_store_that_was_closed_says_so() {
        let reopened = Reopened::new();
        let references = reopened.open();
        reopened.store.lock().unwrap().take();
        assert!(references.list().await.is_err());
    }

    struct Reopened {
        store: Mutex<Option<Arc<SqliteStore>>>,
        directory: TempDir,
    }

    impl Reopened {
        fn new() -> Self {
            Self {
                store: Mutex::default(),
                directory: tempfile::tempdir().unwrap(),
            }
        }

        fn open(&self) -> SqliteReferences {
            let mut store = self.store.lock().unwrap();
            drop(store.take());
            let opened = Arc::new(SqliteStore::open(self.directory.path()).unwrap());
            let references = SqliteReferences::of(&opened);
            *store = Some(opened);
            references
        }
    }
}
