//! Who holds how much of the memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::resources::gpu::error::GpuError;

/// A device's memory, in megabytes (of 2²⁰ bytes).
#[derive(Debug)]
pub(super) struct Ledger {
    limit: u64,
    allocated: Mutex<u64>,
}

/// Memory that is held: dropping it frees exactly that, and nobody else can.
#[derive(Debug)]
#[must_use = "an allocation that is dropped is freed at once"]
pub struct Allocation {
    ledger: Arc<Ledger>,
    megabytes: u64,
}

/// Memory that one holder takes and gives back by numbers; dropping it frees what it still holds.
///
/// It is for callers who know no allocations: no number frees more than the account holds.
#[derive(Debug)]
pub struct Account(Mutex<Allocation>);

impl Ledger {
    pub(super) const fn new(limit: u64) -> Self {
        Self {
            limit,
            allocated: Mutex::new(0),
        }
    }

    pub(super) const fn limit(&self) -> u64 {
        self.limit
    }

    pub(super) fn allocated(&self) -> u64 {
        *self.lock()
    }

    fn take(&self, megabytes: u64) -> Result<(), GpuError> {
        if megabytes == 0 {
            return Err(GpuError::NothingToAllocate);
        }
        let mut allocated = self.lock();
        let available = self.limit.saturating_sub(*allocated);
        if megabytes > available {
            let asked = megabytes;
            return Err(GpuError::OutOfMemory { asked, available });
        }
        *allocated = allocated.saturating_add(megabytes);
        Ok(())
    }

    fn give_back(&self, megabytes: u64) {
        let mut allocated = self.lock();
        *allocated = allocated.saturating_sub(megabytes);
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.allocated
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allocation {
    pub(super) fn new(ledger: &Arc<Ledger>, megabytes: u64) -> Result<Self, GpuError> {
        ledger.take(megabytes)?;
        let ledger = Arc::clone(ledger);
        Ok(Self { ledger, megabytes })
    }

    /// Returns how much is held, in megabytes.
    pub const fn megabytes(&self) -> u64 {
        self.megabytes
    }

    fn grow(&mut self, by: u64) -> Result<(), GpuError> {
        self.ledger.take(by)?;
        self.megabytes = self.megabytes.saturating_add(by);
        Ok(())
    }

    fn shrink(&mut self, by: u64) -> Result<(), GpuError> {
        let (asked, held) = (by, self.megabytes);
        let rest = held.checked_sub(by);
        self.megabytes = rest.ok_or(GpuError::NotHeld { asked, held })?;
        self.ledger.give_back(by);
        Ok(())
    }
}

impl Drop for Allocation {
    fn drop(&mut self) {
        self.ledger.give_back(self.megabytes);
    }
}

impl Account {
    pub(super) fn new(ledger: &Arc<Ledger>) -> Self {
        Self(Mutex::new(Allocation {
            ledger: Arc::clone(ledger),
            megabytes: 0,
        }))
    }

    /// Takes that many megabytes more, and returns how much is held now.
    pub fn allocate(&self, megabytes: u64) -> Result<u64, GpuError> {
        let mut held = self.lock();
        held.grow(megabytes)?;
        Ok(held.megabytes())
    }

    /// Gives that many megabytes back, and returns how much is still held.
    pub fn free(&self, megabytes: u64) -> Result<u64, GpuError> {
        let mut held = self.lock();
        held.shrink(megabytes)?;
        Ok(held.megabytes())
    }

    /// Returns how much is held, in megabytes.
    pub fn held(&self) -> u64 {
        self.lock().megabytes()
    }

    fn lock(&self) -> MutexGuard<'_, Allocation> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
