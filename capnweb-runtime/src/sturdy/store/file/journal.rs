//! The file: reading it, appending to it, replacing it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::disk;
use super::line::{self, HEADER, MAX_LINE};
use crate::sturdy::error::OpenError;
use crate::sturdy::key::private;
use crate::sturdy::store::tables::Tables;

/// A journal that is open, and nobody else's.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// How many changes are in it.
    changes: usize,
    /// Holds the lock as long as it is kept.
    _lock: File,
}

impl Journal {
    /// Opens a journal, or makes one, and makes the tables out of it.
    pub(super) fn open(path: &Path) -> Result<(Self, Tables), OpenError> {
        // By whatever name it is opened, it is one file, with one lock, and is replaced where it is.
        let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let io = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        let lock = lock(path)?;
        if fs::metadata(path).map_or(true, |file| file.len() == 0) {
            replace(path, &[]).map_err(io)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(io)?;
        let mut tables = Tables::default();
        let read = read(&file, path, &mut tables)?;
        // The end of a line that was not finished was not answered either.
        file.set_len(read.bytes).map_err(io)?;
        file.seek(SeekFrom::Start(read.bytes)).map_err(io)?;
        disk::sync(&file).map_err(io)?;
        // Whoever has put it there may have ended before its name was on the disk.
        disk::sync_names(path).map_err(io)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            changes: read.changes,
            _lock: lock,
        };
        Ok((journal, tables))
    }

    /// Appends lines; they are on the disk when this returns.
    pub(super) fn append(&mut self, lines: &[u8], changes: usize) -> io::Result<()> {
        disk::write(&mut self.file, lines)?;
        disk::sync_content(&self.file)?;
        self.changes = self.changes.saturating_add(changes);
        Ok(())
    }

    /// Returns whether most of the file is history, if so many changes are not.
    pub(super) const fn is_mostly_history(&self, size: usize) -> bool {
        self.changes > size.saturating_mul(2).saturating_add(SPARE)
    }

    /// Replaces the file by one with these lines.
    pub(super) fn replace(&mut self, lines: &[u8], changes: usize) -> io::Result<()> {
        self.file = replace(&self.path, lines)?;
        self.changes = changes;
        Ok(())
    }
}

/// How far a journal was read.
struct Extent {
    bytes: u64,
    changes: usize,
}

fn read(file: &File, path: &Path, tables: &mut Tables) -> Result<Extent, OpenError> {
    let mut reader = BufReader::new(file);
    let mut read = Extent {
        bytes: 0,
        changes: 0,
    };
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let length = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line);
        let length = length.map_err(|source| OpenError::Io {
            path: path.to_owned(),
            source,
        })?;
        let is_header = number == 1;
        let Some(text) = line.strip_suffix(b"\n") else {
            if is_header {
                return Err(OpenError::Foreign(path.to_owned()));
            }
            if u64::try_from(length).is_ok_and(|length| length < MAX_LINE) {
                break; // nothing, or a line that was not finished
            }
            return Err(damaged(path, number));
        };
        if is_header {
            if line != HEADER.as_bytes() {
                return Err(OpenError::Foreign(path.to_owned()));
            }
        } else {
            let fits = line::read(text).is_some_and(|change| tables.apply(change));
            if !fits {
                return Err(damaged(path, number));
            }
            read.changes = read.changes.saturating_add(1);
        }
        read.bytes = read
            .bytes
            .saturating_add(u64::try_from(length).unwrap_or(0));
    }
    Ok(read)
}

/// Writes a journal with these lines in the place of what is there; returns the new file, at its end.
/// There is always one or the other.
fn replace(path: &Path, lines: &[u8]) -> io::Result<File> {
    let new = beside(path, ".new");
    let mut options = OpenOptions::new();
    let mut file = private(options.write(true).create(true).truncate(true)).open(&new)?;
    disk::write(&mut file, HEADER.as_bytes())?;
    disk::write(&mut file, lines)?;
    // In this order: a name must not lead to what is not on the disk.
    disk::sync(&file)?;
    disk::rename(&new, path)?;
    disk::sync_names(path)?;
    Ok(file)
}

/// Takes the lock of a journal, which is a file beside it, since the journal itself is replaced.
fn lock(path: &Path) -> Result<File, OpenError> {
    let name = beside(path, ".lock");
    let io = |source| OpenError::Io {
        path: name.clone(),
        source,
    };
    let mut options = OpenOptions::new();
    let file = private(options.write(true).create(true).truncate(false)).open(&name);
    let file = file.map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

fn damaged(path: &Path, line: u64) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        line,
    }
}

/// How many changes of history are not worth replacing the file for.
const SPARE: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::Journal;
    use crate::sturdy::store::file::disk::STEPS;
    use crate::sturdy::store::file::disk::Step::{self, NamesSynced, Renamed, Synced, Written};

    fn steps() -> Vec<Step> {
        STEPS.take()
    }

    /// The fault: a loss of power undoes what was answered already, or leaves a name that leads to half a
    /// file.
    #[test]
    fn nothing_is_answered_before_it_is_on_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("references");
        let (mut journal, _) = Journal::open(&path).unwrap();
        let replaced = [Written, Written, Synced, Renamed, NamesSynced];
        assert_eq!(steps(), [&replaced[..], &[Synced, NamesSynced]].concat());
        journal.append(b"a line\n", 1).unwrap();
        assert_eq!(steps(), [Written, Synced]);
        journal.replace(b"", 0).unwrap();
        assert_eq!(steps(), replaced);
    }

    /// The fault: a process ended between giving the file its name and making that last; the next one adds
    /// to a file that a loss of power takes away as a whole.
    #[test]
    fn the_name_of_a_file_that_was_there_is_made_to_last() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("references");
        drop(Journal::open(&path).unwrap());
        steps();
        drop(Journal::open(&path).unwrap());
        assert_eq!(steps(), [Synced, NamesSynced]);
    }
}
