//! A lock as a capability.

use std::sync::{Mutex, PoisonError};

use capnweb_runtime::Result;

use crate::caps::Lock;
use crate::resources::locks::LockGuard;

/// A lock, held as long as this lives.
pub(super) struct HeldLock {
    key: String,
    token: u64,
    guard: Mutex<Option<LockGuard>>,
}

impl HeldLock {
    pub(super) fn new(guard: LockGuard) -> Self {
        let (key, token) = (guard.key().to_owned(), guard.token().number());
        Self {
            key,
            token,
            guard: Mutex::new(Some(guard)),
        }
    }
}

impl Lock for HeldLock {
    fn key(&self) -> String {
        self.key.clone()
    }

    fn token(&self) -> u64 {
        self.token
    }

    async fn release(&self) -> Result<()> {
        let guard = self
            .guard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(guard);
        Ok(())
    }
}
