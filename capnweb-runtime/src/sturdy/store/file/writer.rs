//! The thread that writes: all who ask at the same time share one trip to the disk.

use std::io;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::journal::Journal;
use super::line;
use crate::sturdy::error::StoreError;
use crate::sturdy::store::tables::{Ask, Tables};

/// What is asked, and who waits for the answer.
pub(super) struct Order {
    pub(super) ask: Ask,
    pub(super) answer: oneshot::Sender<Result<u64, StoreError>>,
}

/// What the thread and the handle share.
#[derive(Debug, Default)]
pub(super) struct Shared(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    /// Why nothing goes on. After a failed write, what is on the disk is not known.
    failed: Option<StoreError>,
}

impl Shared {
    pub(super) fn new(tables: Tables) -> Self {
        Self(Mutex::new(State {
            tables,
            failed: None,
        }))
    }

    /// Reads the tables, unless the store has failed. What is read may not be on the disk yet.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Tables) -> T) -> Result<T, StoreError> {
        let state = self.lock();
        match &state.failed {
            Some(error) => Err(error.clone()),
            None => Ok(read(&state.tables)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes until nobody can ask any more.
pub(super) fn run(mut journal: Journal, shared: &Arc<Shared>, orders: &Receiver<Order>) {
    while let Ok(first) = orders.recv() {
        let more = std::iter::from_fn(|| orders.try_recv().ok());
        let batch: Vec<Order> = std::iter::once(first).chain(more).take(MAX_BATCH).collect();
        commit(&mut journal, shared, batch);
    }
}

/// Decides on orders, one after the other, writes what has come of them, and answers then.
fn commit(journal: &mut Journal, shared: &Shared, batch: Vec<Order>) {
    let mut page = Page::default();
    let decided: Vec<_> = {
        let mut state = shared.lock();
        let decide = |order: Order| (page.decide(&mut state, order.ask), order.answer);
        batch.into_iter().map(decide).collect()
    };
    let written = page.write(journal, shared);
    if let Err(error) = &written {
        shared.lock().failed = Some(error.clone());
    }
    for (decided, answer) in decided {
        // Whoever does not wait any more has what it asked for all the same.
        drop(answer.send(written.clone().and(decided)));
    }
}

/// Lines that are to be written.
#[derive(Default)]
struct Page {
    lines: Vec<u8>,
    changes: usize,
}

impl Page {
    fn decide(&mut self, state: &mut State, ask: Ask) -> Result<u64, StoreError> {
        if let Some(error) = &state.failed {
            return Err(error.clone());
        }
        let decision = state.tables.decide(ask)?;
        for change in decision.changes {
            line::write(&change, &mut self.lines)?;
            state.tables.apply(change);
            self.changes = self.changes.saturating_add(1);
        }
        Ok(decision.answer)
    }

    fn write(&self, journal: &mut Journal, shared: &Shared) -> Result<(), StoreError> {
        if self.changes == 0 {
            return Ok(());
        }
        journal.append(&self.lines, self.changes)?;
        if journal.is_mostly_history(shared.lock().tables.size()) {
            let (lines, changes) = history(&shared.lock().tables)?;
            journal.replace(&lines, changes)?;
        }
        Ok(())
    }
}

/// Returns the lines that make these tables, and how many they are.
fn history(tables: &Tables) -> io::Result<(Vec<u8>, usize)> {
    let mut lines = Vec::new();
    let mut changes = 0_usize;
    for change in tables.history() {
        line::write(&change, &mut lines)?;
        changes = changes.saturating_add(1);
    }
    Ok((lines, changes))
}

/// How many orders are answered together at most.
const MAX_BATCH: usize = 256;
