//! What a worker that may be killed at any moment writes down of what it does, line by line.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What a worker has to do: one task of the type `load`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Which one it is, among all that are submitted.
    pub n: u64,
    /// How long it takes, in milliseconds.
    #[serde(default)]
    pub pause: u64,
    /// The lock that it is done under.
    #[serde(default)]
    pub lock: Option<String>,
    /// Whether memory of the GPU is held meanwhile.
    #[serde(default)]
    pub needs_gpu: bool,
}

/// One attempt, as no other one is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Receipt {
    /// At which task.
    pub n: u64,
    /// Its number.
    pub epoch: u64,
    /// Its mark, since nobody but the queue promises that the number is its own.
    pub mark: u64,
}

/// One line of a diary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When it was written, in nanoseconds since the Unix epoch: before what is about to be done, and
    /// after what was done.
    pub at: u64,
    /// By which attempt.
    #[serde(flatten)]
    pub by: Receipt,
    /// What it says.
    #[serde(flatten)]
    pub step: Step,
}

/// A step of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// It begins.
    Begun,
    /// It is about to set the task's object.
    Writing,
    /// It was told that the object is set.
    Written,
    /// It was told that it holds a lock.
    Locked {
        /// On which key.
        key: String,
        /// With which fencing token.
        token: u64,
    },
    /// It is about to set the object that the lock guards.
    Guarding {
        /// Which one.
        key: String,
        /// With which fencing token.
        token: u64,
    },
    /// It was told that the object is set.
    Guarded {
        /// Which one.
        key: String,
        /// With which fencing token.
        token: u64,
    },
    /// Something was refused.
    Refused {
        /// In which words.
        why: String,
    },
    /// It is about to report its result, which is its receipt.
    Done,
}

/// A diary that is being written; clones write into the same.
#[derive(Debug, Clone)]
pub struct Diary(Arc<File>);

impl Diary {
    /// Opens a diary; what is in it stays.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(file)))
    }

    /// Writes a line, in one piece.
    pub fn note(&self, by: &Receipt, step: Step) -> io::Result<()> {
        let (at, by) = (now(), by.clone());
        let mut line = serde_json::to_vec(&Note { at, by, step })?;
        line.push(b'\n');
        (&*self.0).write_all(&line)
    }
}

/// Reads the diaries in a directory; returns their notes in the order of time.
pub fn read_all(directory: &Path) -> io::Result<Vec<Note>> {
    let mut notes = Vec::new();
    for file in fs::read_dir(directory)? {
        for line in fs::read_to_string(file?.path())?.lines() {
            notes.push(serde_json::from_str::<Note>(line)?);
        }
    }
    notes.sort_by_key(|note| note.at);
    Ok(notes)
}

/// Returns the time in nanoseconds since the Unix epoch, by a clock that all processes share.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
}
