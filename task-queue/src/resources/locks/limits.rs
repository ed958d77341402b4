//! How much locking there is.

use std::time::Duration;

/// How many locks there are, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockLimits {
    /// Bytes of a key.
    pub key_bytes: usize,
    /// Keys locked at a time.
    pub locks: usize,
    /// Those who wait for one lock.
    pub waiting: usize,
    /// How long a lock can be held without being extended.
    pub lifetime: Duration,
}

impl Default for LockLimits {
    fn default() -> Self {
        Self {
            key_bytes: 1_024,
            locks: 10_000,
            waiting: 1_000,
            lifetime: Duration::from_hours(1),
        }
    }
}
