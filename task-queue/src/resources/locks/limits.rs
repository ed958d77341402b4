//! How much locking there is.

use std::time::Duration;

/// How many locks and permits there are, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockLimits {
    /// Bytes of a key. Default 1,024.
    pub key_bytes: usize,
    /// Locks and permits held at a time, of all keys together; who asks for one more is refused, unless
    /// it is to wait for what others hold. Default 10,000.
    pub held: usize,
    /// Those who wait for one key; one more is refused. Default 1,000.
    pub waiting: usize,
    /// Permits of a semaphore. Default 10,000.
    pub permits: usize,
    /// How long a lock or a permit can be held without being extended. Default an hour.
    pub lifetime: Duration,
}

impl Default for LockLimits {
    fn default() -> Self {
        Self {
            key_bytes: 1_024,
            held: 10_000,
            waiting: 1_000,
            permits: 10_000,
            lifetime: Duration::from_hours(1),
        }
    }
}
