//! A number of crossings.

use std::sync::Arc;

use super::{Crossing, Denial, Policy};
use crate::sync::atomic::{AtomicU64, Ordering};

/// So many crossings, and no more.
///
/// Of any number of calls at once, from any number of threads, exactly so many pass. Everything counts
/// that is asked about, reads too, and those that fail later. Clones draw on the same budget, and so
/// do the guards they are given to.
#[derive(Debug, Clone)]
pub struct CallBudget(Arc<AtomicU64>);

impl CallBudget {
    /// Admits `calls` crossings.
    pub fn new(calls: u64) -> Self {
        Self(Arc::new(AtomicU64::new(calls)))
    }

    /// Returns how many are left.
    pub fn remaining(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Policy for CallBudget {
    fn admit(&self, _: &Crossing<'_>) -> Result<(), Denial> {
        let one_less = |left: u64| left.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less)
            .map(|_| ())
            .map_err(|_| budget_spent())
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }
}

/// Returns what is said of a call that there is no budget for any more, whoever keeps it.
pub(crate) fn budget_spent() -> Denial {
    Denial::new("the budget of calls is spent")
}
