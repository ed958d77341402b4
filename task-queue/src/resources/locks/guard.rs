//! A lock, or a permit, in somebody's hand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::resources::FencingToken;
use crate::resources::locks::error::LockError;
use crate::resources::locks::manager::Shared;
use crate::resources::locks::table::Name;

/// A lock, or a permit of a semaphore, that is held: dropping it gives it back, and nobody else can.
#[must_use = "a lock that is dropped is given back at once"]
pub struct LockGuard {
    shared: Arc<Shared>,
    name: Name,
    token: FencingToken,
}

impl LockGuard {
    pub(super) const fn new(shared: Arc<Shared>, name: Name, token: FencingToken) -> Self {
        Self {
            shared,
            name,
            token,
        }
    }

    /// Returns the key of the lock or the semaphore.
    pub fn key(&self) -> &str {
        self.name.key()
    }

    /// Returns the token to show to what is written under the lock.
    ///
    /// Of a semaphore's holders each has one of its own, so it is of no use to tell whether one of
    /// them is late.
    pub const fn token(&self) -> FencingToken {
        self.token
    }

    /// Returns whether it is still held: its time may be over.
    ///
    /// Only the token protects what happens after looking.
    pub fn is_held(&self) -> bool {
        self.shared.is_held(&self.name, self.token)
    }

    /// Holds it for `ttl` from now on.
    pub fn extend(&self, ttl: Duration) -> Result<(), LockError> {
        self.shared.extend(&self.name, self.token, ttl)
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.shared.release(&self.name, self.token);
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard")
            .field("name", &self.name)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
