//! A lock in somebody's hand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::resources::FencingToken;
use crate::resources::locks::error::LockError;
use crate::resources::locks::manager::Shared;

/// A lock that is held: dropping it gives it back, and nobody else can.
#[must_use = "a lock that is dropped is given back at once"]
pub struct LockGuard {
    shared: Arc<Shared>,
    key: String,
    token: FencingToken,
}

impl LockGuard {
    pub(super) const fn new(shared: Arc<Shared>, key: String, token: FencingToken) -> Self {
        Self { shared, key, token }
    }

    /// Returns what is locked.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the token to show to what is written under the lock.
    pub const fn token(&self) -> FencingToken {
        self.token
    }

    /// Returns whether the lock is still held: its time may be over.
    ///
    /// Only the token protects what happens after looking.
    pub fn is_held(&self) -> bool {
        self.shared.is_held(&self.key, self.token)
    }

    /// Holds the lock for `ttl` from now on.
    pub fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        self.shared.extend(&self.key, self.token, ttl)
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.shared.release(&self.key, self.token);
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard")
            .field("key", &self.key)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
