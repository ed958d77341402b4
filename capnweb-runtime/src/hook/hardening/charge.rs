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
        let bytes = bytes.saturating_add(OVERHEAD);
        self.take(bytes)?;
        Ok(Charge::new(Arc::clone(self), bytes))
    }

    /// Returns the charge of a message that takes so many bytes, if there is room for it.
    pub(crate) fn message(self: &Arc<Self>, bytes: usize) -> Result<MessageCharge, Error> {
        let bytes = bytes.saturating_add(OVERHEAD);
        if self.held.load(Ordering::Acquire).saturating_add(bytes) > self.limit {
            return Err(self.too_much());
        }
        Ok(MessageCharge::Due {
            account: Arc::clone(self),
            bytes,
        })
    }

    fn take(&self, bytes: usize) -> Result<(), Error> {
        let more = |held: usize| held.checked_add(bytes).filter(|held| *held <= self.limit);
        let taken = self
            .held
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.map(drop).map_err(|_| self.too_much())
    }

    fn too_much(&self) -> Error {
        self.counters.limit_hit(self.name);
        let text = format!(
            "More than {} bytes are kept for the peer already.",
            self.limit
        );
        Error::range_error(text).public()
    }
}

/// What the message that is being handled is charged to.
#[derive(Default)]
pub(crate) enum MessageCharge {
    #[default]
    None,
    /// Nothing of it is kept so far, as of most; there was room for it when it came.
    Due {
        account: Arc<Account>,
        bytes: usize,
    },
    Shared(Arc<Charge>),
}

impl MessageCharge {
    /// Returns the charge, for something that is kept of the message.
    pub(crate) fn share(&mut self) -> Option<Arc<Charge>> {
        let charge = match std::mem::take(self) {
            Self::None => return None,
            Self::Due { account, bytes } => {
                account.held.fetch_add(bytes, Ordering::AcqRel);
                Arc::new(Charge::new(account, bytes))
            }
            Self::Shared(charge) => charge,
        };
        *self = Self::Shared(Arc::clone(&charge));
        Some(charge)
    }
}

impl Charge {
    /// Notes what is taken from the account already.
    fn new(account: Arc<Account>, bytes: usize) -> Self {
        let bytes = AtomicUsize::new(bytes);
        Self { account, bytes }
    }

    /// Adds what a result takes.
    pub(in crate::hook) fn add(&self, bytes: usize) -> Result<(), Error> {
        if bytes == 0 {
            return Ok(());
        }
        self.account.take(bytes)?;
        self.bytes.fetch_add(bytes, Ordering::AcqRel);
        Ok(())
    }

    /// Gives back all but what an empty promise takes.
    pub(in crate::hook) fn empty(&mut self) {
        let bytes = std::mem::replace(self.bytes.get_mut(), OVERHEAD);
        let more = bytes.saturating_sub(OVERHEAD);
        self.account.held.fetch_sub(more, Ordering::AcqRel);
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
