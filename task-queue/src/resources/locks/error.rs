//! How locks and semaphores say no.

use std::time::Duration;

use thiserror::Error;

/// Why a lock or a permit was not given, or not extended.
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
    /// A semaphore has some permits, but neither none nor any number.
    #[error("a semaphore has at least one permit and at most {max}")]
    Permits {
        /// How many it can have.
        max: usize,
    },
    /// The semaphore is in use with another number of permits.
    #[error("the semaphore is in use with {permits} permits")]
    OtherPermits {
        /// How many it has.
        permits: usize,
    },
    /// Too much is held.
    #[error("{max} locks and permits are held already")]
    TooManyHeld {
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
    /// There are no tokens for new locks, since they cannot be stored.
    #[error("no lock can be given: the tokens of locks cannot be stored")]
    NoTokens,
}
