//! The laws put to the store in a file, and what only a file can go through.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::schema::{APPLICATION, STEPS, migrate, version};
use super::{SqliteStore, backup};
use crate::future::BoxFuture;
use crate::model::{
    Change, Entropy, Kept, RecordId, Snapshot, Task, TaskId, TaskSpec, TaskType, Timestamp,
};
use crate::store::tests::{laws, model};
use crate::store::{Store, StoreError};

/// A store together with its directory; opening it again closes it first.
#[derive(Debug)]
struct Held {
    store: std::sync::Mutex<Option<Arc<SqliteStore>>>,
    directory: Arc<TempDir>,
}

impl Held {
    fn create() -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()))
    }

    fn open(directory: Arc<TempDir>) -> Self {
        let store = SqliteStore::open(directory.path()).unwrap();
        Self {
            store: std::sync::Mutex::new(Some(Arc::new(store))),
            directory,
        }
    }

    fn reopen(&self) -> Self {
        let closed = self.store.lock().unwrap().take().unwrap();
        drop(Arc::into_inner(closed).expect("nothing is under way"));
        Self::open(Arc::clone(&self.directory))
    }

    fn store(&self) -> Arc<SqliteStore> {
        Arc::clone(self.store.lock().unwrap().as_ref().unwrap())
    }
}

impl Store for Held {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        let store = self.store();
        Box::pin(async move { store.load().await })
    }

    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        let store = self.store();
        Box::pin(async move { store.fetch(records).await })
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        let store = self.store();
        Box::pin(async move { store.commit(changes).await })
    }
}

struct Exactly(u128);

impl Entropy for Exactly {
    fn draw(&mut self) -> u128 {
        self.0
    }
}

fn put(number: u64, size: usize) -> Change {
    let id = TaskId::generate(&mut Exactly(number.into()));
    let spec = TaskSpec::new(TaskType::IO, json!({"filling": "x".repeat(size)}));
    let mut task = Task::new(id, spec, number, Timestamp::from_millis(9));
    task.revision = 1;
    Change::PutTask {
        task: Box::new(task),
        kept: Kept::NOTHING,
    }
}

fn removal(change: &Change) -> Change {
    match RecordId::of(change) {
        RecordId::Task { id, order } => Change::RemoveTask {
            id,
            order,
            revision: 1,
        },
        RecordId::Worker(_) | RecordId::Setting(_) => panic!("it is a task"),
    }
}

async fn count(store: &SqliteStore) -> usize {
    store.load().await.unwrap().tasks.len()
}

fn refusal(directory: &Path) -> String {
    SqliteStore::open(directory).unwrap_err().to_string()
}

#[tokio::test]
async fn the_store_in_a_file_keeps_the_laws() {
    laws::hold_for(Held::create, Held::reopen).await;
}

#[tokio::test]
async fn the_store_in_a_file_has_what_the_scheduler_has() {
    model::holds_for(Held::create, Held::reopen).await;
}

/// The fault: a queue that stops for good, or loses what it had, because a disk was full for a moment.
#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_small(directory.path(), 32).unwrap();
    let first = put(1, 50_000);
    store.commit(vec![first.clone()]).await.unwrap();
    let refused = store.commit(vec![put(2, 10), put(3, 200_000)]).await;
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert_eq!(count(&store).await, 1, "half of a commit was written");
    store.commit(vec![put(4, 100)]).await.unwrap();
    store.commit(vec![removal(&first)]).await.unwrap();
    store.commit(vec![put(5, 40_000)]).await.unwrap();
    assert_eq!(count(&store).await, 2);
}

/// The fault: one that is too large is refused, and everybody who came at the same time with it.
#[tokio::test]
async fn one_that_does_not_fit_takes_none_of_its_neighbours_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_small(directory.path(), 64).unwrap();
    let commits: Vec<_> = (0..8_u64)
        .map(|number| store.commit(vec![put(number, if number == 4 { 400_000 } else { 10 })]))
        .collect();
    let mut fitted = 0;
    for outcome in futures_util::future::join_all(commits).await {
        fitted += usize::from(outcome.is_ok());
    }
    assert_eq!(fitted, 7);
    assert_eq!(count(&store).await, 7);
}

#[tokio::test]
async fn a_directory_has_one_queue_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path()).unwrap();
    assert!(refusal(directory.path()).contains("another task queue"));
    drop(store);
    assert!(SqliteStore::open(directory.path()).is_ok());
}

#[tokio::test]
async fn a_damaged_database_is_refused_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path()).unwrap();
    let changes = (0..200).map(|number| put(number, 500)).collect();
    store.commit(changes).await.unwrap();
    drop(store);
    let path = directory.path().join("queue.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4_096].fill(0xa5);
    fs::write(&path, &bytes).unwrap();
    let damaged = refusal(directory.path());
    assert!(
        damaged.contains("is damaged") && damaged.contains("backup"),
        "{damaged}"
    );

    fs::write(&path, "no database at all".repeat(1_000)).unwrap();
    let none = refusal(directory.path());
    assert!(none.contains("is damaged"), "{none}");
}

#[tokio::test]
async fn a_record_that_makes_no_sense_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path()).unwrap();
    store.commit(vec![put(1, 1)]).await.unwrap();
    drop(store);
    let database = Connection::open(directory.path().join("queue.db")).unwrap();
    database
        .execute("UPDATE task SET record = '{}'", [])
        .unwrap();
    drop(database);
    let store = SqliteStore::open(directory.path()).unwrap();
    let error = store.load().await.unwrap_err();
    let id = TaskId::generate(&mut Exactly(1));
    assert!(error.to_string().contains(&id.to_string()), "{error}");
}

#[test]
fn a_newer_database_is_refused_with_advice_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(directory.path()).unwrap());
    let path = directory.path().join("queue.db");
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let newer = refusal(directory.path());
    assert!(
        newer.contains("newer version") && newer.contains("99"),
        "{newer}"
    );
    let database = Connection::open(&path).unwrap();
    assert_eq!(version(&database).unwrap(), 99);
}

#[test]
fn the_database_of_another_program_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let database = Connection::open(directory.path().join("queue.db")).unwrap();
    database.execute_batch("CREATE TABLE notes (text)").unwrap();
    drop(database);
    assert!(refusal(directory.path()).contains("another program"));
}

#[test]
fn an_older_schema_becomes_the_newest_without_losing_anything() {
    let mut database = Connection::open_in_memory().unwrap();
    let steps = [
        "CREATE TABLE a (x); INSERT INTO a VALUES (7)",
        "ALTER TABLE a ADD y DEFAULT 8",
    ];
    migrate(&mut database, &steps[..1]).unwrap();
    assert_eq!(version(&database).unwrap(), 1);
    for _ in 0..2 {
        migrate(&mut database, &steps).unwrap();
        assert_eq!(version(&database).unwrap(), 2);
    }
    let row = database.query_row("SELECT x, y FROM a", [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    });
    assert_eq!(row.unwrap(), (7, 8));
}

#[test]
fn a_step_that_fails_leaves_the_older_schema() {
    let mut database = Connection::open_in_memory().unwrap();
    let steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)", "no statement"];
    assert!(migrate(&mut database, &steps).is_err());
    assert_eq!(version(&database).unwrap(), 0);
    migrate(&mut database, &steps[..2]).unwrap();
}

/// What the first version wrote must be read by every later one: the schema is not edited, but added
/// to.
#[test]
fn the_first_schema_is_as_it_was() {
    let mut database = Connection::open_in_memory().unwrap();
    migrate(&mut database, &STEPS[..1]).unwrap();
    let tables = "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
                  WHERE type = 'table' ORDER BY name)";
    let tables: String = database.query_row(tables, [], |row| row.get(0)).unwrap();
    assert_eq!(tables, "checkpoint partial_result spec task worker");
    let application: i32 = database
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .unwrap();
    assert_eq!(application, APPLICATION);
}

#[tokio::test]
async fn a_backup_is_whole_while_the_queue_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path()).unwrap();
    store.commit(vec![put(1, 10), put(2, 10)]).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("queue.db");
    backup(directory.path(), &copy).unwrap();
    store.commit(vec![put(3, 10)]).await.unwrap();
    let restored = SqliteStore::open(elsewhere.path()).unwrap();
    assert_eq!(count(&restored).await, 2);
    assert!(
        backup(directory.path(), &copy).is_err(),
        "a backup was written over another"
    );
    assert_eq!(count(&store).await, 3);
    let left: Vec<_> = fs::read_dir(elsewhere.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains("part")),
        "{left:?}"
    );
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(directory.path()).unwrap());
    let copy = directory.path().join("copy");
    backup(directory.path(), &copy).unwrap();
    assert_eq!(
        fs::metadata(copy).unwrap().permissions().mode() & 0o777,
        0o600
    );
}
