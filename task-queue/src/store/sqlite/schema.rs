//! The tables, and how those of an older version become them.

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

/// Marks a database file as one of a task queue's: `TQue`, in SQLite's `application_id`.
pub(super) const APPLICATION: i32 = 0x5451_7565;

/// What makes each version of the schema of the one before it; the first makes an empty database
/// the first version. Steps are only ever added.
///
/// Rows are found by `place`, the order of submission, so that new ones are written side by side.
/// What is large and seldom changes has tables of its own: a change writes whole rows. So have a
/// task's events: the latest few are in its record, and when those are too many they become a page.
pub(super) const STEPS: [&str; 4] = [
    "
    CREATE TABLE task (
        place INTEGER PRIMARY KEY, id BLOB NOT NULL, revision INTEGER NOT NULL, record TEXT NOT NULL
    ) STRICT;
    CREATE TABLE spec (place INTEGER PRIMARY KEY, spec TEXT NOT NULL) STRICT;
    CREATE TABLE checkpoint (place INTEGER PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE partial_result (
        place INTEGER NOT NULL, number INTEGER NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (place, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE worker (
        id BLOB PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE event (
        place INTEGER NOT NULL, last INTEGER NOT NULL, page TEXT NOT NULL,
        PRIMARY KEY (place, last)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE setting (
        name TEXT PRIMARY KEY, revision INTEGER NOT NULL, record TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE reference (
        id BLOB PRIMARY KEY, record TEXT NOT NULL,
        uses INTEGER NOT NULL DEFAULT 0, used_at INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE reference_counter (
        reference BLOB NOT NULL, counter BLOB NOT NULL, spent INTEGER NOT NULL,
        PRIMARY KEY (reference, counter)
    ) STRICT, WITHOUT ROWID;
",
];

/// Brings a database from the version it has to that of the last step, all steps or none. One that
/// has it is not written to: there may be no room.
pub(super) fn migrate(database: &mut Connection, steps: &[&str]) -> Result<()> {
    let newest = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    if version(database)? >= newest {
        return Ok(());
    }
    let transaction = Transaction::new(database, TransactionBehavior::Immediate)?;
    let version = version(&transaction)?;
    for (step, to) in steps.iter().zip(1_u32..) {
        if to > version {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", to)?;
        }
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()
}

/// Returns the version of a database's schema; that of an empty one is 0.
pub(super) fn version(database: &Connection) -> Result<u32> {
    database.pragma_query_value(None, "user_version", |row| row.get(0))
}
