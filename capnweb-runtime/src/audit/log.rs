//! A sink that waits for nobody.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::{self, Receiver, Sender};

use super::event::AuditEvent;
use super::sink::AuditSink;

/// A queue of events between the sessions that tell them and whoever writes them down.
///
/// There is room for a number of them, 1,024 by default. One that comes when it is full is dropped and
/// [counted](Self::lost): a disk that is slow stops no session. Its number is missing then from those of
/// its session ([`AuditEvent::sequence`]). Clones are the same queue.
#[derive(Clone)]
pub struct AuditLog(Arc<Queue>);

/// The other end of an [`AuditLog`]: the events, in the order in which they came.
#[derive(Debug)]
pub struct AuditTrail(Receiver<AuditEvent>);

struct Queue {
    events: Sender<AuditEvent>,
    lost: AtomicU64,
}

impl AuditLog {
    /// Creates a queue for 1,024 events, and what they are taken from.
    #[allow(clippy::new_ret_no_self, reason = "a queue has two ends")]
    pub fn new() -> (Self, AuditTrail) {
        Self::with_capacity(CAPACITY)
    }

    /// Creates a queue for so many events, one at least, and what they are taken from.
    pub fn with_capacity(capacity: usize) -> (Self, AuditTrail) {
        let (events, trail) = mpsc::channel(capacity.clamp(1, MAX_CAPACITY));
        let lost = AtomicU64::new(0);
        (Self(Arc::new(Queue { events, lost })), AuditTrail(trail))
    }

    /// Returns how many events were dropped, because the queue was full or nobody takes from it any more.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }
}

impl AuditTrail {
    /// Waits for the next event; `None` once there is no configuration and no session any more that could
    /// tell one, and all were taken.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<AuditEvent> {
        self.0.recv().await
    }

    /// Returns the next event, if there is one already.
    pub fn try_next(&mut self) -> Option<AuditEvent> {
        self.0.try_recv().ok()
    }
}

impl AuditSink for AuditLog {
    fn record(&self, event: &AuditEvent) {
        // Asked first, so that what is lost is not copied.
        match self.0.events.try_reserve() {
            Ok(place) => place.send(event.clone()),
            Err(_) => {
                self.0.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog")
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

/// How many events there is room for by default.
const CAPACITY: usize = 1024;

/// More than anybody has memory for, and few enough for the queue.
const MAX_CAPACITY: usize = 1 << 28;
