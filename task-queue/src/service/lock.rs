//! A lock, and a permit, as capabilities.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use capnweb_runtime::Result;

use super::refusal::lock;
use crate::caps::{Lock, Permit, ResourceError};
use crate::resources::locks::{LockError, LockGuard};

/// A lock or a permit, held as long as this lives.
pub(super) struct Held {
    /// As its holder knows it.
    key: String,
    token: u64,
    guard: Mutex<Option<LockGuard>>,
}

impl Held {
    pub(super) fn new(key: String, guard: LockGuard) -> Self {
        Self {
            key,
            token: guard.token().number(),
            guard: Mutex::new(Some(guard)),
        }
    }

    fn give_back(&self) {
        let guard = self.guard().take();
        drop(guard);
    }

    fn hold_for(&self, ttl_ms: u64) -> Result<(), ResourceError> {
        let held = self.guard();
        let guard = held.as_ref().ok_or(LockError::Expired);
        guard
            .and_then(|guard| guard.extend(Duration::from_millis(ttl_ms)))
            .map_err(|error| lock(&error))
    }

    fn guard(&self) -> MutexGuard<'_, Option<LockGuard>> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lock for Held {
    fn key(&self) -> String {
        self.key.clone()
    }

    fn token(&self) -> u64 {
        self.token
    }

    async fn extend(&self, ttl_ms: u64) -> Result<(), ResourceError> {
        self.hold_for(ttl_ms)
    }

    async fn release(&self) -> Result<()> {
        self.give_back();
        Ok(())
    }
}

impl Permit for Held {
    fn key(&self) -> String {
        self.key.clone()
    }

    async fn extend(&self, ttl_ms: u64) -> Result<(), ResourceError> {
        self.hold_for(ttl_ms)
    }

    async fn release(&self) -> Result<()> {
        self.give_back();
        Ok(())
    }
}
