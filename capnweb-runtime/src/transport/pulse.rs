//! When something was last heard.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The time of the last of many events that follow each other closely; noting one costs next to
/// nothing.
#[derive(Debug)]
pub(crate) struct Pulse {
    start: Instant,
    /// Microseconds after the start.
    last: AtomicU64,
    beats: AtomicU64,
}

impl Pulse {
    /// Starts with an event.
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            last: AtomicU64::new(0),
            beats: AtomicU64::new(0),
        }
    }

    /// Notes an event.
    pub(crate) fn beat(&self) {
        let now = u64::try_from(self.age().as_micros()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how long ago it started.
    pub(crate) fn age(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns how long ago the last event was.
    pub(crate) fn silence(&self) -> Duration {
        self.age().saturating_sub(self.last())
    }

    /// Returns how many events there were.
    pub(crate) fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    fn last(&self) -> Duration {
        Duration::from_micros(self.last.load(Ordering::Relaxed))
    }
}
