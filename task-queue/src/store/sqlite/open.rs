//! Opening a database, and finding out whether it is one of ours, and whole.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::StoreError;
use crate::store::sqlite::schema::{APPLICATION, STEPS, migrate, version};

/// The database in a directory, open for its one writer.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) database: Connection,
    /// Held as long as the database is open; the system lets go of it however the process ends.
    pub(super) lock: File,
}

/// Opens the database in a directory, and creates it if there is none.
pub(super) fn open(directory: &Path) -> Result<Opened, StoreError> {
    let path = directory.join(DATABASE);
    let lock = lock(directory, &path)?;
    let is_new = !path.exists();
    let mut database = Connection::open(&path).map_err(|error| of_file(&path, error))?;
    check(&database, &path)?;
    prepare(&mut database).map_err(|error| of_file(&path, error))?;
    if is_new {
        // Or a crash of the machine could take away the file with everything that was synced to it.
        sync_directory(directory)?;
    }
    Ok(Opened { database, lock })
}

/// Copies the database in a directory to a new file, while a queue is using it or not.
///
/// The copy is of one moment, and is there as a whole or not at all. It is put back by stopping the
/// queue, deleting `queue.db` and its `-wal` and `-shm` files, and putting it in their place.
///
/// # Errors
///
/// If there is no database, or it is not whole, or there is a file in the way of the copy.
pub fn backup(directory: &Path, copy: &Path) -> Result<(), StoreError> {
    let path = directory.join(DATABASE);
    let unfinished = unfinished(copy);
    if copy.exists() {
        return Err(io::Error::from(io::ErrorKind::AlreadyExists).into());
    }
    remove(&unfinished)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source =
        Connection::open_with_flags(&path, flags).map_err(|error| of_file(&path, error))?;
    check(&source, &path)?;
    // It has the parameters and the results of everybody's tasks.
    let file = create_private(&unfinished)?;
    copy_to(&source, &unfinished).map_err(|error| of_file(&path, error))?;
    file.sync_all()?;
    fs::rename(&unfinished, copy)?;
    sync_directory(directory_of(copy))
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn directory_of(file: &Path) -> &Path {
    let parent = file.parent().filter(|parent| *parent != Path::new(""));
    parent.unwrap_or(Path::new("."))
}

fn copy_to(source: &Connection, copy: &Path) -> rusqlite::Result<()> {
    source.busy_timeout(PATIENCE)?;
    source.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    Ok(())
}

fn unfinished(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes sure that nobody else writes here.
fn lock(directory: &Path, database: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(false);
    let file = file.open(directory.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: database.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Finds out whether the database is whole, and one that this version can read.
fn check(database: &Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error| of_file(path, error);
    let found = version(database).map_err(failed)?;
    let application = database.pragma_query_value(None, "application_id", |row| row.get(0));
    let application: i32 = application.map_err(failed)?;
    let is_empty = is_empty(database).map_err(failed)?;
    if application != APPLICATION && !is_empty {
        let path = path.to_owned();
        return Err(StoreError::Foreign { path });
    }
    let known = u32::try_from(STEPS.len()).unwrap_or(u32::MAX);
    if found > known {
        let path = path.to_owned();
        return Err(StoreError::Newer { path, found, known });
    }
    check_pages(database, path)
}

fn is_empty(database: &Connection) -> rusqlite::Result<bool> {
    let tables = "SELECT count(*) FROM sqlite_schema";
    let count: u32 = database.query_row(tables, [], |row| row.get(0))?;
    Ok(count == 0)
}

/// Reads every page; of a small database also whether its indexes say what its tables say.
fn check_pages(database: &Connection, path: &Path) -> Result<(), StoreError> {
    let size = fs::metadata(path).map_or(0, |file| file.len());
    let check = if size > LARGE {
        "quick_check"
    } else {
        "integrity_check"
    };
    let mut found = String::new();
    let checked = database.pragma_query(None, check, |row| {
        if found.is_empty() {
            found = row.get(0)?;
        }
        Ok(())
    });
    checked.map_err(|error| of_file(path, error))?;
    if found != "ok" {
        return Err(StoreError::Corrupt {
            path: path.to_owned(),
            detail: found,
        });
    }
    Ok(())
}

fn prepare(database: &mut Connection) -> rusqlite::Result<()> {
    // A backup reads at the same time; nobody else does.
    database.busy_timeout(PATIENCE)?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    // In this mode a commit is on disk when it returns: the log is synced each time.
    database.pragma_update(None, "synchronous", "FULL")?;
    database.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    database.pragma_update(None, "cache_size", CACHE_KIB.saturating_neg())?;
    database.set_prepared_statement_cache_capacity(STATEMENTS);
    migrate(database, &STEPS)
}

/// Tells what an error means about the file.
fn of_file(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt {
            path: path.to_owned(),
            detail: error.to_string(),
        },
        Some(ErrorCode::DiskFull) => StoreError::Full,
        _ => StoreError::Database(error),
    }
}

fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// The names of the files.
const DATABASE: &str = "queue.db";
const LOCK: &str = "queue.lock";

/// A database of more bytes than this is checked page by page, but not each index against its table,
/// which takes several times as long.
const LARGE: u64 = 256 << 20;

/// How long one waits for the other where a backup is made.
const PATIENCE: Duration = Duration::from_secs(10);

/// After so many pages of 4 KiB the log is written back into the database, on the writer's time.
const CHECKPOINT_PAGES: i64 = 4_096;

/// How much of the database is held in memory, in KiB.
const CACHE_KIB: i64 = 8_192;

/// How many statements are kept prepared: all that there are.
const STATEMENTS: usize = 64;
