//! How locks say no.

use std::time::Duration;

use thiserror::Error;

/// Why a lock was not given, or not extended.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LockError {
    /// The key is too long.
    #[error("a key of {bytes} bytes is longer than the {max} allowed")]
    KeyTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// A lock can be held for some time, but neither for none nor for ever.
    #[error("a lock is held for more than nothing and at most {max:?}")]
    Lifetime {
        /// How long it can be held.
        max: Duration,
    },
    /// Too many keys are locked.
    #[error("{max} keys are locked already")]
    TooManyLocks {
        /// How many may be.
        max: usize,
    },
    /// Too many wait for that lock.
    #[error("{max} others wait for the lock already")]
    TooManyWaiting {
        /// How many may.
        max: usize,
    },
    /// The lock has expired, and may have passed on.
    #[error("the lock has expired")]
    Expired,
}
