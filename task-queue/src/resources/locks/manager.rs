//! The manager: the way in to locks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::resources::FencingToken;
use crate::resources::locks::error::LockError;
use crate::resources::locks::guard::LockGuard;
use crate::resources::locks::limits::LockLimits;
use crate::resources::locks::table::{Claim, Next, Place, Table};

/// Hands out locks; clones hand out the same.
///
/// A lock is held until its guard is dropped or its time is over, whichever comes first. Locks are
/// not re-entrant: who holds one and asks again waits for itself.
#[derive(Debug, Clone)]
pub struct LockManager(Arc<Shared>);

/// What guards and waiters share.
#[derive(Debug)]
pub(super) struct Shared {
    table: Mutex<Table>,
    limits: LockLimits,
}

/// What comes of entering the table.
enum Entered {
    Holding(LockGuard),
    Waiting(Place, oneshot::Receiver<LockGuard>),
}

impl LockManager {
    /// Creates a manager whose first lock has the token `first`.
    ///
    /// Resources remember tokens beyond a restart: `first` must be greater than what they have
    /// seen, such as what follows the storage's `newest_token`.
    pub fn new(limits: LockLimits, first: FencingToken) -> Self {
        Self(Arc::new(Shared {
            table: Mutex::new(Table::new(first)),
            limits,
        }))
    }

    /// Waits for the lock on a key, and holds it for `ttl` at most.
    ///
    /// Those who wait get it in the order in which they have asked. `holder` says for whom, to
    /// those who look.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue, or the lock if it was just given.
    pub async fn acquire(
        &self,
        key: &str,
        ttl: Duration,
        holder: &str,
    ) -> Result<LockGuard, LockError> {
        self.check(key, ttl)?;
        loop {
            match self.enter(key, ttl, holder)? {
                Entered::Holding(guard) => return Ok(guard),
                Entered::Waiting(place, granted) => {
                    if let Some(guard) = self.wait(key, place, granted).await {
                        return Ok(guard);
                    }
                }
            }
        }
    }

    /// Takes the lock on a key if nobody holds it.
    pub fn try_acquire(
        &self,
        key: &str,
        ttl: Duration,
        holder: &str,
    ) -> Result<Option<LockGuard>, LockError> {
        self.check(key, ttl)?;
        let now = Instant::now();
        let token = self
            .0
            .table()
            .claim(key, &claim(ttl, holder), now, &self.0.limits)?;
        Ok(token.map(|token| self.0.guard(key, token)))
    }

    /// Returns who holds the lock on a key.
    pub fn holder(&self, key: &str) -> Option<String> {
        self.0.table().holder(key, Instant::now())
    }

    fn check(&self, key: &str, ttl: Duration) -> Result<(), LockError> {
        let (bytes, max) = (key.len(), self.0.limits.key_bytes);
        if bytes > max {
            return Err(LockError::KeyTooLong { bytes, max });
        }
        self.0.check_lifetime(ttl)
    }

    fn enter(&self, key: &str, ttl: Duration, holder: &str) -> Result<Entered, LockError> {
        let claim = claim(ttl, holder);
        let limits = &self.0.limits;
        let mut table = self.0.table();
        if let Some(token) = table.claim(key, &claim, Instant::now(), limits)? {
            drop(table);
            return Ok(Entered::Holding(self.0.guard(key, token)));
        }
        let (grant, granted) = oneshot::channel();
        let place = table.queue(key, claim, grant, limits)?;
        Ok(Entered::Waiting(place, granted))
    }

    /// Waits for its turn, and sees to it that the holder's expiry makes it somebody's turn.
    async fn wait(
        &self,
        key: &str,
        mut place: Place,
        mut granted: oneshot::Receiver<LockGuard>,
    ) -> Option<LockGuard> {
        loop {
            let expires = *place.expires.borrow_and_update();
            tokio::select! {
                biased;
                guard = &mut granted => return guard.ok(),
                _ = place.expires.changed() => {}
                () = sleep_until(expires) => self.0.expire(key),
            }
        }
    }
}

impl Shared {
    /// Gives the lock back, if it is still that holder's.
    pub(super) fn release(self: &Arc<Self>, key: &str, token: FencingToken) {
        let next = self.table().release(key, token, Instant::now());
        self.hand_over(key, next);
    }

    pub(super) fn extend(
        &self,
        key: &str,
        token: FencingToken,
        ttl: Duration,
    ) -> Result<(), LockError> {
        self.check_lifetime(ttl)?;
        let extended = self.table().extend(key, token, ttl, Instant::now());
        if extended {
            Ok(())
        } else {
            Err(LockError::Expired)
        }
    }

    pub(super) fn is_held(&self, key: &str, token: FencingToken) -> bool {
        self.table().is_held(key, token, Instant::now())
    }

    fn expire(self: &Arc<Self>, key: &str) {
        let next = self.table().expire(key, Instant::now());
        self.hand_over(key, next);
    }

    /// Gives the lock to the next in the queue. The table is not locked here: a waiter that has
    /// just gone drops the guard, which takes the way of every release.
    fn hand_over(self: &Arc<Self>, key: &str, next: Next) {
        if let Some((token, waiter)) = next {
            drop(waiter.send(self.guard(key, token)));
        }
    }

    fn guard(self: &Arc<Self>, key: &str, token: FencingToken) -> LockGuard {
        LockGuard::new(Arc::clone(self), key.to_owned(), token)
    }

    fn check_lifetime(&self, ttl: Duration) -> Result<(), LockError> {
        let max = self.limits.lifetime;
        if ttl.is_zero() || ttl > max {
            return Err(LockError::Lifetime { max });
        }
        Ok(())
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn claim(ttl: Duration, holder: &str) -> Claim {
    Claim {
        ttl,
        holder: holder.chars().take(HOLDER_CHARS).collect(),
    }
}

/// How much is kept of what a holder says about itself.
const HOLDER_CHARS: usize = 256;
