//! Waiting for answers, but not for ever.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ids::ImportRef;

/// The calls of ours whose answers are waited for, in the order in which their time runs out; that
/// is the order in which they were asked for, because all have the same time.
///
/// A call that is answered stays in the list until its time would have run out, or the list is
/// swept: nothing is searched for on the way of an answer.
pub(super) struct Patience {
    timeout: Option<Duration>,
    waiting: Mutex<Waiting>,
    /// Tells that there is a first one again.
    begun: Notify,
}

struct Waiting {
    calls: VecDeque<(Instant, ImportRef)>,
    /// How many there may be before those that were answered are swept out.
    sweep_at: usize,
}

impl Patience {
    pub(super) fn new(timeout: Option<Duration>) -> Self {
        Self {
            timeout,
            waiting: Mutex::new(Waiting {
                calls: VecDeque::new(),
                sweep_at: FEW,
            }),
            begun: Notify::new(),
        }
    }

    /// Begins to wait for an answer; `is_open` says of others whether theirs have not come.
    pub(super) fn begin(&self, import: ImportRef, is_open: impl Fn(ImportRef) -> bool) {
        let Some(timeout) = self.timeout else {
            return;
        };
        let Some(at) = Instant::now().checked_add(timeout) else {
            return;
        };
        let mut waiting = self.lock();
        if waiting.calls.len() >= waiting.sweep_at {
            waiting.calls.retain(|(_, import)| is_open(*import));
            waiting.sweep_at = waiting.calls.len().saturating_mul(2).max(FEW);
        }
        waiting.calls.push_back((at, import));
        if waiting.calls.len() == 1 {
            self.begun.notify_one();
        }
    }

    /// Waits until the time of the first call is over, and returns the call and its time.
    ///
    /// Cancel-safe.
    pub(super) async fn end(&self) -> (ImportRef, Duration) {
        loop {
            let begun = self.begun.notified();
            let first = self.lock().calls.front().copied();
            let Some((at, import)) = first else {
                begun.await;
                continue;
            };
            tokio::time::sleep_until(at).await;
            // Nobody else takes out the first, but a sweep may have.
            let mut waiting = self.lock();
            if waiting.calls.front() == Some(&(at, import)) {
                waiting.calls.pop_front();
            }
            return (import, self.timeout.unwrap_or_default());
        }
    }

    /// Returns how many calls are in the list.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().calls.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So few that sweeping would not save anything.
const FEW: usize = 1024;
