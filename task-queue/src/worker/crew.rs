//! The attempts under way.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::model::TaskId;
use crate::worker::attempt::{Attempt, Key};
use crate::worker::context::StopReason;

/// The attempts under way, by task and epoch.
#[derive(Debug)]
pub(super) struct Crew {
    attempts: Mutex<HashMap<Key, Arc<Attempt>>>,
    /// How many there are.
    count: watch::Sender<usize>,
    /// How many there may be.
    max: usize,
    given_back: AtomicUsize,
    leaving: AtomicBool,
}

impl Crew {
    /// Creates one of a worker that carries out so many tasks at a time. As many again may be about to
    /// stop.
    pub(super) fn new(concurrency: u32) -> Self {
        let max = usize::try_from(concurrency).unwrap_or(usize::MAX);
        Self {
            attempts: Mutex::default(),
            count: watch::Sender::new(0),
            max: max.saturating_mul(2),
            given_back: AtomicUsize::new(0),
            leaving: AtomicBool::new(false),
        }
    }

    /// Takes up an attempt; returns whether there is room, and it is not there already.
    pub(super) fn add(&self, attempt: &Arc<Attempt>) -> bool {
        let mut attempts = self.lock();
        let has_room = attempts.len() < self.max && !attempts.contains_key(&attempt.key);
        if has_room {
            attempts.insert(attempt.key, Arc::clone(attempt));
        }
        self.count.send_replace(attempts.len());
        has_room
    }

    /// Forgets an attempt that has ended.
    pub(super) fn remove(&self, key: Key) {
        let mut attempts = self.lock();
        let removed = attempts.remove(&key);
        self.count.send_replace(attempts.len());
        drop(attempts);
        drop(removed);
    }

    /// Returns all of them.
    pub(super) fn all(&self) -> Vec<Arc<Attempt>> {
        self.lock().values().cloned().collect()
    }

    /// Asks those at a task to stop.
    pub(super) fn stop(&self, task: TaskId, reason: StopReason, patience: Duration) {
        for attempt in self.all() {
            if attempt.key.0 == task {
                attempt.stop(reason, patience);
            }
        }
    }

    /// Asks all of them to stop.
    pub(super) fn stop_all(&self, reason: StopReason, patience: Duration) {
        for attempt in self.all() {
            attempt.stop(reason, patience);
        }
    }

    /// Notes that the worker leaves when there are none any more.
    pub(super) fn begin_to_leave(&self) {
        self.leaving.store(true, Ordering::SeqCst);
    }

    /// Returns whether the worker leaves when there are none any more.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::SeqCst)
    }

    /// Notes that an attempt was given back.
    pub(super) fn give_back(&self) {
        self.given_back.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many were given back.
    pub(super) fn given_back(&self) -> usize {
        self.given_back.load(Ordering::Relaxed)
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until there are none.
    pub(super) async fn idle(&self) {
        // The sender is here.
        drop(self.count.subscribe().wait_for(|count| *count == 0).await);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Attempt>>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
