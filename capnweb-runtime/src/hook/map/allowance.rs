//! What the peer that asked for a map may make us spend on it (protocol L-23).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;
use crate::hook::Value;
use crate::hook::hardening::{Account, CallsInFlight, Charge, Lane, weight};
use crate::hook::promise::Resolver;
use crate::value::Path;

/// What one `remap` of a peer's may spend, all that is nested in it included.
#[derive(Clone)]
pub(crate) struct Allowance {
    steps: Arc<Steps>,
    calls: CallsInFlight,
    account: Arc<Account>,
}

struct Steps {
    taken: AtomicUsize,
    limit: usize,
}

impl Allowance {
    /// Allows so many steps, and as many calls and bytes as the peer has left.
    pub(crate) fn new(max_steps: usize, calls: CallsInFlight, account: Arc<Account>) -> Self {
        let steps = Steps {
            taken: AtomicUsize::new(0),
            limit: max_steps,
        };
        Self {
            steps: Arc::new(steps),
            calls,
            account,
        }
    }

    /// Takes one step, and one more for each [`BYTES_A_STEP`] that it copies: an instruction may
    /// hold, or refer to, any amount of data.
    pub(super) fn step(&self, bytes: usize) -> Result<(), Error> {
        self.take(bytes.div_euclid(BYTES_A_STEP).saturating_add(1))
    }

    /// Takes the steps for copying a value, and charges the peer with the copy.
    pub(super) fn copy(&self, value: &Value) -> Result<Arc<Charge>, Error> {
        let bytes = weight(value);
        self.copied(bytes)?;
        self.charge(bytes)
    }

    /// Takes the steps for what has been copied beside that.
    pub(super) fn copied(&self, bytes: usize) -> Result<(), Error> {
        self.take(bytes.div_euclid(BYTES_A_STEP))
    }

    /// Returns how many steps have been taken.
    pub(super) fn taken(&self) -> usize {
        self.steps.taken.load(Ordering::Acquire)
    }

    /// Takes steps; when they do not suffice, none are left: whatever comes next fails at once.
    fn take(&self, steps: usize) -> Result<(), Error> {
        if steps == 0 {
            return Ok(());
        }
        let limit = self.steps.limit;
        let more = |taken: usize| Some(taken.saturating_add(steps).min(limit));
        let taken = &self.steps.taken;
        let before = taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        if before.is_ok_and(|before| before.saturating_add(steps) <= limit) {
            return Ok(());
        }
        self.calls.counters().limit_hit("max_map_steps");
        Err(Error::range_error(format!("The map takes more than {limit} steps.")).public())
    }

    /// Gives a call a place among the peer's calls in flight.
    #[allow(clippy::result_large_err, reason = "what is refused is handed back")]
    pub(super) fn admit(
        &self,
        path: &Path,
        result: Resolver,
    ) -> Result<Resolver, (Resolver, Error)> {
        self.calls.admit(path, result)
    }

    /// Returns where the longer work of the peer's session queues.
    pub(super) const fn lane(&self) -> &Lane {
        self.calls.lane()
    }

    /// Charges the peer with something that is kept.
    pub(super) fn charge(&self, bytes: usize) -> Result<Arc<Charge>, Error> {
        self.account.charge(bytes).map(Arc::new)
    }
}

/// How much data one step may copy.
const BYTES_A_STEP: usize = 4096;
