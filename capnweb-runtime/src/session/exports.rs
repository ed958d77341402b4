//! The table of what the peer may refer to.

use super::table::Table;
use crate::error::Violation;
use crate::hook::{Cap, Stub};
use crate::ids::{ExportId, WireId};

/// Our exports, by id.
pub(super) struct Exports {
    entries: Table<ExportId, Export>,
    /// Stream calls that have not been answered. No message can refer to one (protocol S-38).
    streamed: Table<ExportId, Cap>,
    next_pushed: i64,
    next_introduced: i64,
    /// Entries whose value is waited for, to be sent.
    serving: usize,
}

/// One export.
pub(super) struct Export {
    /// What it is.
    pub(super) cap: Cap,
    /// Introductions that the peer has not released (protocol S-20).
    pub(super) refcount: u64,
    /// What a pull of it does.
    pub(super) pull: Pull,
    /// What else there is of a pipe.
    pub(super) pipe: Option<Box<PipeEnd>>,
}

/// What is known of a pipe that the peer writes to.
pub(super) struct PipeEnd {
    /// The end to read, until an expression takes it.
    pub(super) readable: Option<Stub>,
    /// How many streams it lies in, each in a chunk of the one before.
    pub(super) depth: usize,
}

/// What a pull of an export does (protocol S-15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pull {
    /// Starts waiting for the value.
    Pending,
    /// Nothing: it was pulled, or is a promise that is answered unasked.
    Started,
    /// Nothing: it was answered.
    Answered,
    /// Fails: it is an object, not a value.
    Object,
    /// Fails: it is a stream to write to.
    Writable,
}

impl Exports {
    /// Creates the table with the main object in it.
    pub(super) fn new(main: Cap) -> Self {
        let mut entries = Table::default();
        entries.insert(
            ExportId::MAIN,
            Export {
                cap: main,
                refcount: 1,
                pull: Pull::Pending,
                pipe: None,
            },
        );
        Self {
            entries,
            streamed: Table::default(),
            next_pushed: 1,
            next_introduced: -1,
            serving: 0,
        }
    }

    /// Takes the next id of a push, whatever becomes of it (protocol S-3).
    pub(super) fn next_pushed(&mut self) -> ExportId {
        let id = ExportId::new(self.next_pushed);
        self.next_pushed = self.next_pushed.saturating_add(1);
        id
    }

    /// Adds what a push has evaluated to.
    pub(super) fn insert_pushed(&mut self, id: ExportId, cap: Cap) {
        self.insert(id, cap, Pull::Pending, None);
    }

    /// Adds a pipe: the end that the peer writes to, with the other one.
    pub(super) fn insert_pipe(&mut self, id: ExportId, writable: Cap, readable: Stub) {
        let pipe = PipeEnd {
            readable: Some(readable),
            depth: 0,
        };
        self.insert(id, writable, Pull::Writable, Some(Box::new(pipe)));
    }

    /// Adds a stream call, until it is answered.
    pub(super) fn insert_streamed(&mut self, id: ExportId, result: Cap) {
        self.streamed.insert(id, result);
    }

    /// Removes a stream call, if it is one.
    pub(super) fn remove_streamed(&mut self, id: ExportId) -> Option<Cap> {
        self.streamed.remove(id)
    }

    /// Returns whether the peer waits for the value, or may ask for it.
    pub(super) fn is_wanted(&self, id: ExportId) -> bool {
        self.entries.contains(id) || self.streamed.contains(id)
    }

    /// Introduces something to the peer, always under a new id (protocol S-25).
    pub(super) fn introduce(&mut self, cap: Cap, pull: Pull) -> ExportId {
        let id = ExportId::new(self.next_introduced);
        self.next_introduced = self.next_introduced.saturating_sub(1);
        self.insert(id, cap, pull, None);
        id
    }

    pub(super) fn get(&self, id: ExportId) -> Option<&Export> {
        self.entries.get(id)
    }

    /// Pulls an entry: one that has not been is waited for from now on. Returns what it is, and what
    /// a pull of it did until now.
    pub(super) fn pull(&mut self, id: ExportId) -> Option<(&Cap, Pull)> {
        let entry = self.entries.get_mut(id)?;
        let before = entry.pull;
        if before == Pull::Pending {
            entry.pull = Pull::Started;
            self.serving = self.serving.saturating_add(1);
        }
        Some((&entry.cap, before))
    }

    /// Notes that the value of an entry was sent.
    pub(super) fn answered(&mut self, id: ExportId) {
        if let Some(entry) = self.entries.get_mut(id)
            && entry.pull == Pull::Started
        {
            entry.pull = Pull::Answered;
            self.serving = self.serving.saturating_sub(1);
        }
    }

    pub(super) fn get_mut(&mut self, id: ExportId) -> Option<&mut Export> {
        self.entries.get_mut(id)
    }

    /// Takes back so many introductions of an entry; returns it if those were the last.
    pub(super) fn release(&mut self, id: WireId, count: f64) -> Result<Option<Export>, Violation> {
        let none = Violation::NoSuchExport(id);
        let Some(id) = ExportId::from_peer(id) else {
            return Err(none);
        };
        let entry = self.entries.get_mut(id).ok_or(none)?;
        let released = WireId(count)
            .table_id()
            .and_then(|count| u64::try_from(count).ok())
            .filter(|count| *count > 0)
            .ok_or(Violation::BadReleaseCount(count))?;
        let held = entry.refcount;
        let released = held.checked_sub(released);
        match released.ok_or(Violation::RefcountUnderflow {
            held,
            released: count,
        })? {
            0 => Ok(self.remove(id)),
            left => {
                entry.refcount = left;
                Ok(None)
            }
        }
    }

    pub(super) fn remove(&mut self, id: ExportId) -> Option<Export> {
        let entry = self.entries.remove(id)?;
        Some(removed(entry, &mut self.serving))
    }

    /// Returns how many values are waited for, to be sent.
    pub(super) fn serving(&self) -> usize {
        self.serving.saturating_add(self.streamed.len())
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len().saturating_add(self.streamed.len())
    }

    /// Empties the table of what the peer could refer to.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Export> + use<> {
        self.serving = 0;
        self.entries
            .take_all()
            .into_iter()
            .map(|(_, export)| export)
    }

    /// Empties the table of stream calls.
    pub(super) fn take_streamed(&mut self) -> impl Iterator<Item = Cap> + use<> {
        self.streamed.take_all().into_iter().map(|(_, call)| call)
    }

    fn insert(&mut self, id: ExportId, cap: Cap, pull: Pull, pipe: Option<Box<PipeEnd>>) {
        if pull == Pull::Started {
            self.serving = self.serving.saturating_add(1);
        }
        self.entries.insert(
            id,
            Export {
                cap,
                refcount: 1,
                pull,
                pipe,
            },
        );
    }
}

/// Notes that nobody waits for an entry that was removed.
const fn removed(entry: Export, serving: &mut usize) -> Export {
    if matches!(entry.pull, Pull::Started) {
        *serving = serving.saturating_sub(1);
    }
    entry
}
