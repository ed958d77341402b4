//! The table of what the peer may refer to.

use std::collections::HashMap;

use crate::hook::{Cap, Stub};
use crate::ids::ExportId;

/// Our exports, by id.
pub(super) struct Exports {
    entries: HashMap<ExportId, Export>,
    /// Stream calls that have not been answered. No message can refer to one (protocol S-38).
    streamed: HashMap<ExportId, Cap>,
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
    /// The end to read of a pipe, until an expression takes it.
    pub(super) readable: Option<Stub>,
    /// How many streams it lies in, each in a chunk of the one before, if it is a pipe.
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
        let mut entries = HashMap::new();
        entries.insert(
            ExportId::MAIN,
            Export {
                cap: main,
                refcount: 1,
                pull: Pull::Pending,
                readable: None,
                depth: 0,
            },
        );
        Self {
            entries,
            streamed: HashMap::new(),
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
        self.insert(id, writable, Pull::Writable, Some(readable));
    }

    /// Adds a stream call, until it is answered.
    pub(super) fn insert_streamed(&mut self, id: ExportId, result: Cap) {
        self.streamed.insert(id, result);
    }

    /// Removes a stream call, if it is one.
    pub(super) fn remove_streamed(&mut self, id: ExportId) -> Option<Cap> {
        self.streamed.remove(&id)
    }

    /// Returns whether the peer waits for the value, or may ask for it.
    pub(super) fn is_wanted(&self, id: ExportId) -> bool {
        self.entries.contains_key(&id) || self.streamed.contains_key(&id)
    }

    /// Introduces something to the peer, always under a new id (protocol S-25).
    pub(super) fn introduce(&mut self, cap: Cap, pull: Pull) -> ExportId {
        let id = ExportId::new(self.next_introduced);
        self.next_introduced = self.next_introduced.saturating_sub(1);
        self.insert(id, cap, pull, None);
        id
    }

    pub(super) fn get(&self, id: ExportId) -> Option<&Export> {
        self.entries.get(&id)
    }

    /// Notes that the value of an entry is waited for.
    pub(super) fn start(&mut self, id: ExportId) {
        if let Some(entry) = self.entries.get_mut(&id)
            && entry.pull != Pull::Started
        {
            entry.pull = Pull::Started;
            self.serving = self.serving.saturating_add(1);
        }
    }

    /// Notes that the value of an entry was sent.
    pub(super) fn answered(&mut self, id: ExportId) {
        if let Some(entry) = self.entries.get_mut(&id)
            && entry.pull == Pull::Started
        {
            entry.pull = Pull::Answered;
            self.serving = self.serving.saturating_sub(1);
        }
    }

    pub(super) fn get_mut(&mut self, id: ExportId) -> Option<&mut Export> {
        self.entries.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: ExportId) -> Option<Export> {
        let entry = self.entries.remove(&id)?;
        if entry.pull == Pull::Started {
            self.serving = self.serving.saturating_sub(1);
        }
        Some(entry)
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
        std::mem::take(&mut self.entries).into_values()
    }

    /// Empties the table of stream calls.
    pub(super) fn take_streamed(&mut self) -> impl Iterator<Item = Cap> + use<> {
        std::mem::take(&mut self.streamed).into_values()
    }

    fn insert(&mut self, id: ExportId, cap: Cap, pull: Pull, readable: Option<Stub>) {
        if pull == Pull::Started {
            self.serving = self.serving.saturating_add(1);
        }
        self.entries.insert(
            id,
            Export {
                cap,
                refcount: 1,
                pull,
                readable,
                depth: 0,
            },
        );
    }
}
