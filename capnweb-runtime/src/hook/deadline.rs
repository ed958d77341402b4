//! Time that runs out: of handlers, and of those who wait.

use std::time::{Duration, Instant};

use crate::error::Error;

/// A moment by which something is to be done, and how long that was when it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    at: tokio::time::Instant,
    after: Duration,
}

impl Deadline {
    /// Returns the moment so long from now.
    pub(crate) fn after(after: Duration) -> Self {
        let now = tokio::time::Instant::now();
        // Too far away to be told is never, for all who live now.
        let at = now.checked_add(after).or(now.checked_add(CENTURY));
        Self {
            at: at.unwrap_or(now),
            after,
        }
    }

    /// Waits for `work`, but no longer than until this moment.
    pub(crate) async fn bound<T>(
        self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let timed_out = Err(Error::TimedOut(self.after));
        tokio::time::timeout_at(self.at, work)
            .await
            .unwrap_or(timed_out)
    }

    /// Waits for this moment, and returns how what is late fails.
    pub(super) async fn passed(self) -> Error {
        tokio::time::sleep_until(self.at).await;
        Error::TimedOut(self.after)
    }

    pub(super) fn has_passed(self) -> bool {
        tokio::time::Instant::now() >= self.at
    }

    pub(super) fn instant(self) -> Instant {
        self.at.into_std()
    }
}

const CENTURY: Duration = Duration::from_hours(24 * 365 * 100);
