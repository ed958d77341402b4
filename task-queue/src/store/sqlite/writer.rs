//! The one thread that has the database: it writes what waits together.

use std::iter;
use std::sync::mpsc;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use crate::model::{Change, RecordId, Snapshot};
use crate::store::StoreError;
use crate::store::sqlite::records;

/// What the thread is asked to do.
pub(super) enum Job {
    Load(Reply<Snapshot>),
    Fetch(Vec<RecordId>, Reply<Snapshot>),
    Commit(Vec<Change>, Reply<()>),
    /// Something that is no task's and no worker's.
    Aside(Box<dyn FnOnce(&Connection) + Send>),
}

/// Where an answer goes.
type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// A commit that waits for its transaction.
struct Waiting {
    changes: Vec<Change>,
    reply: Reply<()>,
}

/// Does what it is asked to do, until nobody can ask any more.
pub(super) fn run(database: &Connection, jobs: &mpsc::Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut commits = Vec::new();
        // All that has come while the last transaction was on its way to the disk goes into one.
        for job in iter::once(first).chain(jobs.try_iter().take(MOST)) {
            match job {
                Job::Commit(changes, reply) => commits.push(Waiting { changes, reply }),
                Job::Load(reply) => {
                    write(database, std::mem::take(&mut commits));
                    answer(reply, records::load(database));
                }
                Job::Fetch(wanted, reply) => {
                    write(database, std::mem::take(&mut commits));
                    answer(reply, records::fetch(database, &wanted));
                }
                Job::Aside(work) => {
                    write(database, std::mem::take(&mut commits));
                    work(database);
                }
            }
        }
        write(database, commits);
    }
}

fn write(database: &Connection, commits: Vec<Waiting>) {
    if let Some(outcomes) = write_together(database, &commits) {
        for (commit, outcome) in commits.into_iter().zip(outcomes) {
            answer(commit.reply, outcome);
        }
    } else {
        // One of them has spoilt it for all, by being larger than there is room for.
        for commit in commits {
            let outcome = write_alone(database, &commit.changes);
            answer(commit.reply, outcome);
        }
    }
}

/// Writes commits in one transaction: `None` if nothing has come of it and each is to be tried alone.
fn write_together(
    database: &Connection,
    commits: &[Waiting],
) -> Option<Vec<Result<(), StoreError>>> {
    if commits.len() < 2 {
        return None;
    }
    let outcomes = in_transaction(database, || {
        let each = commits
            .iter()
            .map(|commit| write_guarded(database, &commit.changes));
        each.collect::<Result<Vec<_>, _>>()
    });
    outcomes.ok()
}

fn write_alone(database: &Connection, changes: &[Change]) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    in_transaction(database, || records::write(database, changes))
}

/// Writes one commit among others: a conflict is its own affair, any other failure that of all.
fn write_guarded(
    database: &Connection,
    changes: &[Change],
) -> Result<Result<(), StoreError>, StoreError> {
    execute(database, "SAVEPOINT one")?;
    let outcome = records::write(database, changes);
    match outcome {
        Ok(()) => {}
        Err(StoreError::Conflict { .. }) => execute(database, "ROLLBACK TO one")?,
        Err(error) => return Err(error),
    }
    execute(database, "RELEASE one")?;
    Ok(outcome)
}

/// Returns only when what was written is on disk, or undone.
pub(super) fn in_transaction<T>(
    database: &Connection,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    execute(database, "BEGIN IMMEDIATE")?;
    let outcome = work().and_then(|done| execute(database, "COMMIT").map(|()| done));
    // Some failures have undone it already.
    if outcome.is_err() && !database.is_autocommit() {
        execute(database, "ROLLBACK")?;
    }
    outcome
}

fn execute(database: &Connection, statement: &str) -> Result<(), StoreError> {
    let done = database
        .prepare_cached(statement)
        .and_then(|mut prepared| prepared.execute([]));
    done.map(drop).map_err(failed)
}

/// Tells what an error of the database means.
pub(super) fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Database(error),
    }
}

fn answer<T>(reply: Reply<T>, outcome: Result<T, StoreError>) {
    // Whoever asked may have stopped waiting.
    drop(reply.send(outcome));
}

/// How many jobs one transaction takes besides the first.
const MOST: usize = 1_023;
