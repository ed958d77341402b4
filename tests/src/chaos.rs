//! What the server that is killed serves: it writes down what it does, before it answers.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use capnweb_runtime::{ReadableStream, Result, capability};
use serde::{Deserialize, Serialize};

/// Something to be done once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// What it is, however often it is tried.
    pub id: u64,
    /// How often it was tried before.
    pub attempt: u32,
    /// Something that takes room on the way.
    pub padding: String,
}

/// What was done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The way to the drawer that did it.
    pub tag: String,
    /// What was done.
    pub id: u64,
    /// At which attempt.
    pub attempt: u32,
}

/// A place with a name, and places in it.
#[capability]
pub trait Drawer {
    /// Returns the names on the way here.
    async fn tag(&self) -> Result<String>;
    /// Opens a place in it.
    async fn open(&self, name: String) -> Result<DrawerStub>;
    /// Does something.
    async fn record(&self, entry: Entry) -> Result<Receipt>;
    /// Does something, and goes on telling of it.
    async fn follow(&self, entry: Entry) -> Result<ReadableStream<Receipt>>;
}

/// Where everything that was done is written down.
#[derive(Debug, Clone)]
pub struct Journal(Arc<File>);

impl Journal {
    /// Opens a journal; what is in it stays.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self(Arc::new(file)))
    }

    /// Returns the root of all drawers.
    pub fn root(&self) -> DrawerStub {
        DrawerStub::new(Place {
            journal: self.clone(),
            tag: String::new(),
        })
    }

    /// Writes it down, in one piece.
    fn write(&self, entry: &Entry) -> io::Result<()> {
        let line = format!("{} {}\n", entry.id, entry.attempt);
        (&*self.0).write_all(line.as_bytes())
    }
}

struct Place {
    journal: Journal,
    tag: String,
}

impl Place {
    fn receipt(&self, entry: &Entry) -> Result<Receipt> {
        self.journal.write(entry)?;
        Ok(Receipt {
            tag: self.tag.clone(),
            id: entry.id,
            attempt: entry.attempt,
        })
    }
}

impl Drawer for Place {
    async fn tag(&self) -> Result<String> {
        Ok(self.tag.clone())
    }

    async fn open(&self, name: String) -> Result<DrawerStub> {
        Ok(DrawerStub::new(Self {
            journal: self.journal.clone(),
            tag: format!("{}/{name}", self.tag),
        }))
    }

    async fn record(&self, entry: Entry) -> Result<Receipt> {
        self.receipt(&entry)
    }

    async fn follow(&self, entry: Entry) -> Result<ReadableStream<Receipt>> {
        let receipt = self.receipt(&entry)?;
        let receipts =
            std::iter::repeat_with(move || Ok::<_, capnweb_runtime::Error>(receipt.clone()));
        Ok(ReadableStream::new(futures_util::stream::iter(receipts)))
    }
}
