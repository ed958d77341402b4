//! The storage's directory: blocking file work, to be called where blocking is allowed.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::header::{Header, LINE};
use super::index::Index;
use super::key::{is_continued, key_of, path_of};
use crate::resources::storage::conditions::Conditions;
use crate::resources::storage::error::StorageError;
use crate::resources::storage::limits::StorageLimits;
use crate::resources::storage::object::{Form, Version};
use crate::resources::{FencingToken, TokenRange};

/// A directory of objects that this process has for itself.
#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    index: Mutex<Index>,
    /// A key's writes happen one after the other: the key's hash picks the lock.
    writers: [Mutex<()>; WRITERS],
    hasher: RandomState,
    next_temporary: AtomicU64,
    /// The end of the tokens that were set aside.
    tokens: Mutex<Option<FencingToken>>,
    /// Held as long as the directory is in use.
    _lock: File,
}

/// A file that has no key yet; it is removed when nobody has given it one.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    file: File,
}

impl Files {
    /// Opens a directory, which is created if need be, and looks at what is there.
    pub(super) fn open(root: PathBuf, limits: StorageLimits) -> Result<Self, StorageError> {
        fs::create_dir_all(&root)?;
        let lock = claim(&root)?;
        let mut index = Index::new(limits);
        scan(&root, &root, &mut index)?;
        let tokens = read_tokens(&root)?.max(index.newest_token());
        Ok(Self {
            root,
            index: Mutex::new(index),
            writers: [const { Mutex::new(()) }; WRITERS],
            hasher: RandomState::new(),
            next_temporary: AtomicU64::new(0),
            tokens: Mutex::new(tokens),
            _lock: lock,
        })
    }

    /// Opens the file of an object, behind its header.
    pub(super) fn read(&self, key: &str) -> Result<(Header, BufReader<File>), StorageError> {
        let file = match File::open(self.root.join(path_of(key))) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StorageError::not_found(key));
            }
            Err(error) => return Err(error.into()),
        };
        let length = file.metadata()?.len();
        let mut file = BufReader::new(file);
        let header = Header::read(&mut file, length)?;
        Ok((header.ok_or_else(|| StorageError::damaged(key))?, file))
    }

    /// Opens a new file, in which the place for the header is empty.
    pub(super) fn create(&self) -> io::Result<Temporary> {
        let number = self.next_temporary.fetch_add(1, Ordering::Relaxed);
        let path = self.root.join(format!("{TEMPORARY}{number}"));
        let file = File::create(&path)?;
        let mut temporary = Temporary { path, file };
        temporary.append(&[b' '; LINE])?;
        Ok(temporary)
    }

    /// Makes a new file the object under a key.
    ///
    /// Readers see the old one or the new one, as a whole, also after a crash.
    pub(super) fn place(
        &self,
        key: &str,
        file: Temporary,
        (form, bytes): (Form, u64),
        when: &Conditions,
    ) -> Result<Version, StorageError> {
        if bytes > LARGE {
            // Most is on the disk before others have to wait.
            file.file.sync_data()?;
        }
        let _writing = self.writing(key);
        let pending = self.index().begin(key, (form, bytes), when)?;
        let path = self.root.join(path_of(key));
        if let Err(error) = file.become_object(pending.header, &path) {
            self.index().abandon(pending);
            return Err(error.into());
        }
        // From here on the new object is what readers see, whatever happens to the directory.
        self.index().finish(key, pending);
        self.sync_directories(&path)?;
        Ok(pending.header.version.version())
    }

    pub(super) fn write(
        &self,
        key: &str,
        form: Form,
        content: &Bytes,
        when: &Conditions,
    ) -> Result<Version, StorageError> {
        self.check(key, when)?;
        let mut file = self.create()?;
        file.append(content)?;
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.place(key, file, (form, bytes), when)
    }

    pub(super) fn delete(&self, key: &str, when: &Conditions) -> Result<(), StorageError> {
        let _writing = self.writing(key);
        self.check(key, when)?;
        if self.header(key).is_none() {
            return Err(StorageError::not_found(key));
        }
        let path = self.root.join(path_of(key));
        fs::remove_file(&path)?;
        self.index().remove(key, when.token);
        self.sync_directories(&path)?;
        Ok(())
    }

    /// Checks conditions as they are now.
    pub(super) fn check(&self, key: &str, when: &Conditions) -> Result<(), StorageError> {
        self.index().check(key, when)
    }

    pub(super) fn header(&self, key: &str) -> Option<Header> {
        self.index().header(key)
    }

    pub(super) fn page(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<String> {
        self.index().page(prefix, after, limit)
    }

    /// Sets tokens aside: that they are is on the disk before anybody has one.
    pub(super) fn set_aside(&self, count: u64) -> Result<TokenRange, StorageError> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let range = TokenRange::after(*tokens, count);
        let number = self.next_temporary.fetch_add(1, Ordering::Relaxed);
        let path = self.root.join(format!("{TEMPORARY}{number}"));
        let mut temporary = Temporary {
            file: File::create(&path)?,
            path,
        };
        temporary.append(range.end.number().to_string().as_bytes())?;
        temporary.move_to(&self.root.join(TOKENS))?;
        self.sync_directories(&self.root.join(TOKENS))?;
        *tokens = Some(range.end);
        Ok(range)
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

impl Temporary {
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn become_object(mut self, header: Header, path: &Path) -> io::Result<()> {
        io::Seek::rewind(&mut self.file)?;
        self.append(&header.line()?)?;
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        self.move_to(path)
    }

    fn move_to(self, path: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // It is not there if it has become an object. If it is and stays, it is swept up when the
        // directory is opened again.
        drop(fs::remove_file(&self.path));
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
            let header = read_header(&path)?.ok_or_else(|| StorageError::damaged(&key))?;
            index.insert(key, header);
        }
    }
    Ok(())
}

fn read_header(path: &Path) -> io::Result<Option<Header>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    Header::read(&mut BufReader::new(file), length)
}

/// Returns the end of the tokens that were set aside before.
fn read_tokens(root: &Path) -> Result<Option<FencingToken>, StorageError> {
    let mut text = String::new();
    match File::open(root.join(TOKENS)) {
        Ok(file) => file.take(64).read_to_string(&mut text)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let number = text.trim().parse().ok();
    let token = number.map(FencingToken::new);
    Ok(Some(token.ok_or_else(|| StorageError::damaged(TOKENS))?))
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

/// How many writes of different keys can be under way at once.
const WRITERS: usize = 16;
/// From how many bytes on a file takes a while to reach the disk.
const LARGE: u64 = 1 << 20;
/// No key is encoded to a name that begins with this character.
const TEMPORARY: &str = "~";
const LOCK: &str = ".lock";
/// Where the end of the tokens stands that were set aside. No key is encoded to that.
const TOKENS: &str = ".tokens";
