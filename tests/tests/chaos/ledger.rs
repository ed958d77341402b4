//! What the clients were told of their calls, and whether it is true.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// What all clients were told.
pub(crate) struct Ledger {
    next: AtomicU64,
    told: Mutex<HashMap<(u64, u32), Told>>,
    done: watch::Sender<u64>,
    stopped: AtomicBool,
}

/// What a client was told of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    Done,
    NotSent,
    MaybeExecuted,
    /// That the reference has ended with its connection.
    Gone,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            next: AtomicU64::new(0),
            told: Mutex::default(),
            done: watch::Sender::new(0),
            stopped: AtomicBool::new(false),
        }
    }
}

impl Ledger {
    /// Returns the id of something else to do.
    pub(crate) fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn tell(&self, id: u64, attempt: u32, told: Told) {
        let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.insert((id, attempt), told);
        drop(all);
        assert_eq!(before, None, "each attempt is told of once");
        if told == Told::Done {
            self.done.send_modify(|done| *done += 1);
        }
    }

    /// Waits until so many more calls were answered.
    pub(crate) async fn some_more_are_done(&self, more: u64) {
        let mut done = self.done.subscribe();
        let until = *done.borrow() + more;
        let waited = tokio::time::timeout(LIMIT, done.wait_for(|done| *done >= until));
        drop(
            waited
                .await
                .expect("somebody is answered")
                .expect("the sender is here"),
        );
    }

    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Compares what was told with what was done.
    pub(crate) fn check(&self, journal: &Path) {
        let journal = std::fs::read_to_string(journal).expect("the server has written it");
        let mut done: HashMap<u64, u32> = HashMap::new();
        for line in journal.lines() {
            let (id, attempt) = line.split_once(' ').expect("an id and an attempt");
            let (id, attempt) = (id.parse().unwrap(), attempt.parse().unwrap());
            let before = done.insert(id, attempt);
            assert_eq!(before, None, "{id} was done twice");
        }
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts: HashMap<Told, [u64; 2]> = HashMap::new();
        for ((id, attempt), told) in told.iter() {
            let was_done = done.get(id) == Some(attempt);
            match told {
                Told::Done => assert!(was_done, "{id} was not done at attempt {attempt}"),
                Told::NotSent | Told::Gone => {
                    assert!(
                        !was_done,
                        "{id} was done at attempt {attempt}, though {told:?}"
                    );
                }
                Told::MaybeExecuted => {}
            }
            counts.entry(*told).or_default()[usize::from(was_done)] += 1;
        }
        let unknown = done
            .keys()
            .find(|id| !told.keys().any(|(told, _)| told == *id));
        assert_eq!(unknown, None, "nobody asked for that");
        let lines = counts
            .iter()
            .map(|(told, [not, was])| format!("chaos: {told:?}: {was} done, {not} not\n"));
        let lines: String = lines.collect();
        // Past the test runner, which keeps to itself what a passing test prints.
        drop(io::stderr().write_all(lines.as_bytes()));
        for told in [Told::Done, Told::NotSent, Told::MaybeExecuted, Told::Gone] {
            assert!(counts.contains_key(&told), "{told:?} never happened");
        }
    }
}

/// Far above what anything here takes; what has not happened by then will not.
const LIMIT: Duration = Duration::from_mins(2);
