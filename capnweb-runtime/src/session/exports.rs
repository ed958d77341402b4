//! The table of what the peer may refer to.

use std::collections::HashMap;

use crate::hook::Cap;
use crate::ids::ExportId;

/// Our exports, by id.
pub(super) struct Exports {
    entries: HashMap<ExportId, Export>,
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
            },
        );
        Self {
            entries,
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
        self.entries.insert(
            id,
            Export {
                cap,
                refcount: 1,
                pull: Pull::Pending,
            },
        );
    }

    /// Introduces something to the peer, always under a new id (protocol S-25).
    pub(super) fn introduce(&mut self, cap: Cap, pull: Pull) -> ExportId {
        let id = ExportId::new(self.next_introduced);
        self.next_introduced = self.next_introduced.saturating_sub(1);
        if pull == Pull::Started {
            self.serving = self.serving.saturating_add(1);
        }
        self.entries.insert(
            id,
            Export {
                cap,
                refcount: 1,
                pull,
            },
        );
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
    pub(super) const fn serving(&self) -> usize {
        self.serving
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Empties the table.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Export> + use<> {
        self.serving = 0;
        std::mem::take(&mut self.entries).into_values()
    }
}
