//! Whether a computation is still wanted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::resources::gpu::error::Fault;

/// Whether a computation is still wanted, and has time left.
#[derive(Debug)]
pub(crate) struct Watch {
    cancelled: Arc<AtomicBool>,
    end: Instant,
    limit: Duration,
}

/// Who wants the computation: with this it is not wanted any more.
#[derive(Debug)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Watch {
    /// Begins to watch.
    pub(super) fn begin(limit: Duration) -> (Self, Wanted) {
        let cancelled = Arc::new(AtomicBool::new(false));
        let wanted = Wanted(Arc::clone(&cancelled));
        let now = Instant::now();
        let end = now.checked_add(limit).unwrap_or(now);
        let watch = Self {
            cancelled,
            end,
            limit,
        };
        (watch, wanted)
    }

    /// Says whether to go on.
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Fault::Unwanted);
        }
        if Instant::now() >= self.end {
            return Err(Fault::OutOfTime { limit: self.limit });
        }
        Ok(())
    }
}

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
