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
    pub(crate) fn charge(self: &Arc<Self>, bytes: usize) -> Result<Charge, Error> {
        let charge = Charge {
            account: Arc::clone(self),
            bytes: AtomicUsize::new(0),
        };
        charge.add(bytes.saturating_add(OVERHEAD))?;
        Ok(charge)
    }
}

/// What the message that is being handled is charged to: most bring nothing that is kept.
#[derive(Default)]
pub(crate) enum MessageCharge {
    #[default]
    None,
    Unshared(Charge),
    Shared(Arc<Charge>),
}

impl MessageCharge {
    /// Returns the charge, for something that is kept of the message.
    pub(crate) fn share(&mut self) -> Option<Arc<Charge>> {
        let charge = match std::mem::take(self) {
            Self::None => return None,
            Self::Unshared(charge) => Arc::new(charge),
            Self::Shared(charge) => charge,
        };
        *self = Self::Shared(Arc::clone(&charge));
        Some(charge)
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
