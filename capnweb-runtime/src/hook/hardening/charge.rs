//! What a peer makes this side keep, counted (protocol L-16).
//!
//! Tables count entries; this counts bytes, because an entry may hold any number of them, and
//! promises that hold promises need no entry at all.

use std::sync::Arc;

use crate::counters::Counters;
use crate::error::Error;
use crate::sync::atomic::{AtomicUsize, Ordering};

/// The account of one session's peer.
pub(crate) struct Account {
    held: AtomicUsize,
    limit: usize,
    /// The limit's name, among the counters.
    name: &'static str,
    counters: Counters,
}

/// Bytes that are kept for the peer, until the last copy of this is dropped.
pub(crate) struct Charge {
    account: Arc<Account>,
    bytes: AtomicUsize,
}

impl Account {
    pub(crate) fn new(name: &'static str, limit: usize, counters: Counters) -> Arc<Self> {
        let held = AtomicUsize::new(0);
        Arc::new(Self {
            held,
            limit,
            name,
            counters,
        })
    }

    /// Returns how much is held.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Acquire)
    }

    /// Charges the peer with something that takes so many bytes, if there is room for it.
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Result<Arc<Charge>, Error> {
        let charge = Arc::new(Charge {
            account: Arc::clone(self),
            bytes: AtomicUsize::new(0),
        });
        charge.add(bytes.saturating_add(OVERHEAD))?;
        Ok(charge)
    }
}

impl Charge {
    /// Adds what a result takes.
    pub(in crate::hook) fn add(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.account.limit;
        let more = |held: usize| held.checked_add(bytes).filter(|held| *held <= limit);
        self.account
            .held
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more)
            .map_err(|_| {
                self.account.counters.limit_hit(self.account.name);
                let text = format!("More than {limit} bytes are kept for the peer already.");
                Error::range_error(text).public()
            })?;
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Ok(())
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        self.account.held.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// What a promise and a place in a table take, whatever is in them.
const OVERHEAD: usize = 512;
