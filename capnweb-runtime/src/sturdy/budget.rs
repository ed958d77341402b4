//! Counts of calls that outlive the process.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use super::record::CounterId;
use super::store::{Spending, SturdyStore};
use crate::error::Error;
use crate::hook::{Meter, Taken};

/// How many calls may still be let through: as many as were used up in the store beforehand, and
/// more from there when they run out.
///
/// All stubs that were ever restored in this process with the same caveat share it, and it stays when
/// they are gone, so that nothing of a block is lost but by a crash.
pub(super) struct Budget {
    store: Arc<dyn SturdyStore>,
    /// A block of calls.
    block: Spending,
    left: Mutex<Left>,
}

struct Left {
    calls: u64,
    /// Whether the store has more.
    more: bool,
}

impl Budget {
    fn new(store: Arc<dyn SturdyStore>, block: Spending, calls: u64) -> Self {
        let left = Left { calls, more: true };
        Self {
            store,
            block,
            left: Mutex::new(left),
        }
    }

    fn add(&self, granted: u64) {
        let mut left = self.lock();
        left.calls = left.calls.saturating_add(granted);
        left.more = granted > 0;
    }

    fn is_spent(&self) -> bool {
        let left = self.lock();
        left.calls == 0 && !left.more
    }

    fn lock(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meter for Budget {
    fn take(&self) -> Taken {
        let mut left = self.lock();
        match left.calls.checked_sub(1) {
            Some(calls) => {
                left.calls = calls;
                Taken::One
            }
            None if left.more => Taken::Later,
            None => Taken::None,
        }
    }

    fn refill(self: Arc<Self>) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send>> {
        Box::pin(async move {
            match self.store.spend(self.block).await {
                Ok(granted) => self.add(granted),
                Err(StoreError::Missing) => self.add(0),
                Err(error) => return Err(io::Error::other(error).into()),
            }
            Ok(())
        })
    }
}

/// The budgets of this process, by what they count.
#[derive(Default)]
pub(super) struct Budgets(Mutex<HashMap<CounterId, Arc<Budget>>>);

impl Budgets {
    /// Returns the budget for a caveat that lets `limit` calls through; `None` if it is spent. One
    /// that is new here begins with a block, so that there are no more budgets than counters in the
    /// store.
    pub(super) async fn open(
        &self,
        store: &Arc<dyn SturdyStore>,
        spending: Spending,
    ) -> Result<Option<Arc<Budget>>, StoreError> {
        let known = self.lock().get(&spending.counter).cloned();
        if let Some(budget) = known {
            return Ok(Some(budget).filter(|budget| !budget.is_spent()));
        }
        let block = Spending {
            wanted: block_of(spending.limit),
            ..spending
        };
        let granted = store.spend(block).await?;
        if granted == 0 {
            return Ok(None);
        }
        Ok(Some(match self.lock().entry(spending.counter) {
            Entry::Occupied(there) => {
                there.get().add(granted);
                Arc::clone(there.get())
            }
            Entry::Vacant(place) => {
                let budget = Budget::new(Arc::clone(store), block, granted);
                Arc::clone(place.insert(Arc::new(budget)))
            }
        }))
    }

    /// Forgets what is counted under records that are no more.
    pub(super) fn retain(&self, keep: impl Fn(&Spending) -> bool) {
        self.lock().retain(|_, budget| keep(&budget.block));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CounterId, Arc<Budget>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns how many calls are used up in the store at a time.
const fn block_of(limit: u64) -> u64 {
    let part = limit / 16;
    if part == 0 {
        1
    } else if part > MAX_BLOCK {
        MAX_BLOCK
    } else {
        part
    }
}

const MAX_BLOCK: u64 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_costs_no_more_than_a_sixteenth() {
        for limit in [0, 1, 15, 16, 31] {
            assert_eq!(block_of(limit), 1, "{limit}");
        }
        assert_eq!(block_of(32), 2);
        assert_eq!(block_of(u64::MAX), 64);
    }
}
