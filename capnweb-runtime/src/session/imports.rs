//! The table of what the peer holds for us.

use std::sync::{Arc, Weak};

use super::table::Table;
use crate::hook::{Hook, PromiseCell};
use crate::ids::{ImportId, ImportRef};

/// Our imports, by id.
pub(super) struct Imports {
    entries: Table<ImportId, Import>,
    next_pushed: i64,
    next_generation: u64,
    pipes: usize,
}

/// One import.
pub(super) struct Import {
    pub(super) generation: u64,
    /// Introductions that we have not released (protocol S-23).
    pub(super) introductions: u32,
    /// The handle that is out, if it is still alive.
    pub(super) handle: Weak<dyn Hook>,
    pub(super) kind: ImportKind,
}

/// What the peer has given.
pub(super) enum ImportKind {
    /// An object.
    Stub,
    /// A promise that has not settled; a settled one leaves the table (protocol S-22).
    Promise {
        cell: Arc<PromiseCell>,
        answer: Answer,
    },
    /// The result of a stream call; it leaves the table with its answer, and is not released.
    Stream { cell: Arc<PromiseCell> },
    /// A pipe that we write to.
    Pipe,
}

/// Whether the peer will settle a promise of its.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Not before it is asked to, by a pull.
    Unasked,
    /// It was asked to, or has introduced the promise as one that it will settle unasked.
    Due,
}

/// What was taken out of the table to be settled.
pub(super) enum Taken {
    /// There is no such entry.
    Nothing,
    /// The entry is none that settles; it has stayed.
    NoPromise,
    Promise {
        cell: Arc<PromiseCell>,
        introductions: u32,
    },
    Stream {
        cell: Arc<PromiseCell>,
    },
}

impl Imports {
    /// Creates the table without its main entry.
    pub(super) fn new() -> Self {
        Self {
            entries: Table::default(),
            next_pushed: 1,
            next_generation: 0,
            pipes: 0,
        }
    }

    /// Takes the id of the push that is about to be sent.
    pub(super) fn next_pushed(&mut self) -> ImportId {
        let id = ImportId::new(self.next_pushed);
        self.next_pushed = self.next_pushed.saturating_add(1);
        id
    }

    pub(super) fn next_generation(&mut self) -> u64 {
        self.next_generation = self.next_generation.wrapping_add(1);
        self.next_generation
    }

    /// Gives back the ids that were taken last, if nothing was sent under them.
    pub(super) fn give_back(&mut self, count: usize) {
        let count = i64::try_from(count).unwrap_or(0);
        self.next_pushed = self.next_pushed.saturating_sub(count);
    }

    /// Returns the first of the ids that were taken last, so many of them.
    pub(super) fn first_of_last(&self, count: usize) -> ImportId {
        let count = i64::try_from(count).unwrap_or(0);
        ImportId::new(self.next_pushed.saturating_sub(count))
    }

    pub(super) fn insert(&mut self, id: ImportId, import: Import) {
        if matches!(import.kind, ImportKind::Pipe) {
            self.pipes = self.pipes.saturating_add(1);
        }
        self.entries.insert(id, import);
    }

    pub(super) fn get(&self, id: ImportId) -> Option<&Import> {
        self.entries.get(id)
    }

    pub(super) fn get_mut(&mut self, id: ImportId) -> Option<&mut Import> {
        self.entries.get_mut(id)
    }

    /// Removes a promise that has settled.
    pub(super) fn take_promise(&mut self, id: ImportId) -> Taken {
        if let Some(ImportKind::Stub | ImportKind::Pipe) = self.get(id).map(|entry| &entry.kind) {
            return Taken::NoPromise;
        }
        let Some(import) = self.entries.remove(id) else {
            return Taken::Nothing;
        };
        let introductions = import.introductions;
        match import.kind {
            ImportKind::Promise { cell, .. } => Taken::Promise {
                cell,
                introductions,
            },
            ImportKind::Stream { cell } => Taken::Stream { cell },
            ImportKind::Stub | ImportKind::Pipe => Taken::NoPromise,
        }
    }

    /// Removes the entry that a reference means, if it is still there.
    pub(super) fn take(&mut self, import: ImportRef) -> Option<Import> {
        self.find(import)?;
        let import = self.entries.remove(import.id)?;
        if matches!(import.kind, ImportKind::Pipe) {
            self.pipes = self.pipes.saturating_sub(1);
        }
        Some(import)
    }

    /// Returns the entry that a reference means, if it is still there.
    pub(super) fn find(&self, import: ImportRef) -> Option<&Import> {
        self.get(import.id)
            .filter(|entry| entry.generation == import.generation)
    }

    pub(super) fn find_mut(&mut self, import: ImportRef) -> Option<&mut Import> {
        self.get_mut(import.id)
            .filter(|entry| entry.generation == import.generation)
    }

    /// Returns how many pipes there are that we write to.
    pub(super) fn pipes(&self) -> usize {
        self.pipes
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes out every promise that the peer has been asked to settle, or has offered to.
    #[cfg(any(test, feature = "websocket"))]
    pub(super) fn take_due(&mut self) -> Vec<Import> {
        let is_due = |import: &Import| {
            matches!(
                import.kind,
                ImportKind::Promise {
                    answer: Answer::Due,
                    ..
                }
            )
        };
        let mut due = self.entries.take_if(is_due);
        due.sort_unstable_by_key(|(id, _)| (id.is_negative(), id.distance()));
        due.into_iter().map(|(_, import)| import).collect()
    }

    /// Empties the table: calls in the order they were made, then what the peer introduced in the
    /// order it did (protocol S-80).
    pub(super) fn take_all(&mut self) -> Vec<(ImportId, Import)> {
        self.pipes = 0;
        let mut all = self.entries.take_all();
        all.sort_unstable_by_key(|(id, _)| (id.is_negative(), id.distance()));
        all
    }
}
