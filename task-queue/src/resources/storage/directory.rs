//! The storage's directory: blocking file work, to be called where blocking is allowed.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::resources::FencingToken;
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::index::Index;
use crate::resources::storage::key::{is_continued, key_of, path_of};
use crate::resources::storage::object::{Header, Object, Version};

/// A directory of objects that this process has for itself.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
    index: Mutex<Index>,
    /// A key's writes happen one after the other: the key's hash picks the lock.
    writers: [Mutex<()>; WRITERS],
    hasher: RandomState,
    next_temporary: AtomicU64,
    /// Held as long as the directory is in use.
    _lock: File,
}

impl Directory {
    /// Opens a directory, which is created if need be, and looks at what is there.
    pub(super) fn open(root: PathBuf, max_objects: usize) -> Result<Self, StorageError> {
        fs::create_dir_all(&root)?;
        let lock = claim(&root)?;
        let mut index = Index::new(max_objects);
        scan(&root, &root, &mut index)?;
        Ok(Self {
            root,
            index: Mutex::new(index),
            writers: [const { Mutex::new(()) }; WRITERS],
            hasher: RandomState::new(),
            next_temporary: AtomicU64::new(0),
            _lock: lock,
        })
    }

    pub(super) fn read(&self, key: &str) -> Result<Object, StorageError> {
        let file = match fs::read(self.root.join(path_of(key))) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(not_found(key)),
            Err(error) => return Err(error.into()),
        };
        Object::read(&file).ok_or_else(|| damaged(key))
    }

    pub(super) fn write(
        &self,
        key: &str,
        value: &[u8],
        when: Conditions,
    ) -> Result<Version, StorageError> {
        let _writing = self.writing(key);
        let pending = self.index().begin(key, when)?;
        let path = self.root.join(path_of(key));
        if let Err(error) = self.replace(&path, pending.header, value) {
            self.index().abandon(pending);
            return Err(error.into());
        }
        // From here on the new object is what readers see, whatever happens to the directory.
        self.index().finish(key, pending);
        self.sync_directories(&path)?;
        Ok(pending.header.version)
    }

    pub(super) fn delete(&self, key: &str, when: Conditions) -> Result<(), StorageError> {
        let _writing = self.writing(key);
        {
            let index = self.index();
            index.check(key, when)?;
            if !index.contains(key) {
                return Err(not_found(key));
            }
        }
        let path = self.root.join(path_of(key));
        fs::remove_file(&path)?;
        self.index().remove(key, when.token);
        self.sync_directories(&path)?;
        Ok(())
    }

    pub(super) fn list(&self, prefix: &str) -> Vec<String> {
        self.index().list(prefix)
    }

    pub(super) fn newest_token(&self) -> Option<FencingToken> {
        self.index().newest_token()
    }

    /// Puts a file in its place as a whole: readers see the old one or the new one, also after a
    /// crash.
    fn replace(&self, path: &Path, header: Header, value: &[u8]) -> io::Result<()> {
        let number = self.next_temporary.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(format!("{TEMPORARY}{number}"));
        let placed = write_durably(&temporary, &header.file(value)?)
            .and_then(|()| path.parent().map_or(Ok(()), fs::create_dir_all))
            .and_then(|()| fs::rename(&temporary, path));
        if placed.is_err() {
            // Best effort: what is left is swept up when the directory is opened again.
            drop(fs::remove_file(&temporary));
        }
        placed
    }

    /// Makes a change of names durable, in every directory from the file's up to the root.
    fn sync_directories(&self, path: &Path) -> io::Result<()> {
        path.ancestors()
            .skip(1)
            .take_while(|directory| directory.starts_with(&self.root))
            .try_for_each(sync_directory)
    }

    fn writing(&self, key: &str) -> MutexGuard<'_, ()> {
        let hash = self.hasher.hash_one(key);
        let chosen = usize::try_from(hash & 15).unwrap_or(0);
        let [first, ..] = &self.writers;
        let writer = self.writers.get(chosen).unwrap_or(first);
        writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes sure that nobody else has the directory: two indexes of it would soon differ.
fn claim(root: &Path) -> Result<File, StorageError> {
    let lock = File::create(root.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Notes every object below `directory`, and sweeps up what a crash has left.
fn scan(root: &Path, directory: &Path, index: &mut Index) -> Result<(), StorageError> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if is_continued(&name) {
                scan(root, &path, index)?;
            }
        } else if name.starts_with(TEMPORARY) {
            fs::remove_file(&path)?;
        } else if let Some(key) = path.strip_prefix(root).ok().and_then(key_of) {
            let header = read_header(&path)?.ok_or_else(|| damaged(&key))?;
            index.insert(key, header);
        }
    }
    Ok(())
}

fn read_header(path: &Path) -> io::Result<Option<Header>> {
    let mut line = Vec::new();
    let mut start = BufReader::new(File::open(path)?).take(MAX_HEADER);
    start.read_until(b'\n', &mut line)?;
    Ok(Header::read(&line))
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere directories are no files, and renaming is durable by itself.
#[cfg(not(unix))]
fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}

fn not_found(key: &str) -> StorageError {
    let key = key.to_owned();
    StorageError::NotFound { key }
}

fn damaged(key: &str) -> StorageError {
    let key = key.to_owned();
    StorageError::Damaged { key }
}

/// How many writes of different keys can be under way at once.
const WRITERS: usize = 16;
/// No key is encoded to a name that begins with this character.
const TEMPORARY: &str = "~";
const LOCK: &str = ".lock";
/// More than any header takes, in bytes.
const MAX_HEADER: u64 = 4_096;
