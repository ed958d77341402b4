//! The manager: the way in to locks and semaphores.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use crate::resources::locks::error::LockError;
use crate::resources::locks::guard::LockGuard;
use crate::resources::locks::limits::LockLimits;
use crate::resources::locks::table::{Claim, Name, Next, Origin, Place, Table};
use crate::resources::{FencingToken, TokenSource};

/// Hands out locks and permits; clones hand out the same.
///
/// One is held until its guard is dropped or its time is over, whichever comes first. Locks are not
/// re-entrant: who holds one and asks again waits for itself.
#[derive(Debug, Clone)]
pub struct LockManager(Arc<Shared>);

/// What guards and waiters share.
#[derive(Debug)]
pub(super) struct Shared {
    table: Mutex<Table>,
    limits: LockLimits,
    source: Arc<dyn TokenSource>,
}

/// What a token that somebody shows is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is, or was, that of a lock of this manager: what is written decides whether it is late.
    Given,
    /// It is of a time before this manager's, whose locks are all over.
    Outlived,
    /// No lock has it, so that it was made up.
    Unknown,
}

/// What comes of entering the table.
enum Entered {
    Holding(LockGuard),
    Waiting(Place, oneshot::Receiver<LockGuard>),
}

impl LockManager {
    /// Creates a manager whose locks have tokens from there.
    pub fn new(limits: LockLimits, source: Arc<dyn TokenSource>) -> Self {
        Self(Arc::new(Shared {
            table: Mutex::default(),
            limits,
            source,
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
        let name = Name::Lock(key.to_owned());
        self.obtain(&name, &claim(1, ttl, holder)).await
    }

    /// Waits for one of `permits` permits of a semaphore, and holds it for `ttl` at most.
    ///
    /// Those who wait get them in the order in which they have asked. As long as anybody holds one,
    /// who names another number of permits is refused.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_permit(
        &self,
        key: &str,
        permits: usize,
        ttl: Duration,
        holder: &str,
    ) -> Result<LockGuard, LockError> {
        self.check(key, ttl)?;
        let max = self.0.limits.permits;
        if permits == 0 || permits > max {
            return Err(LockError::Permits { max });
        }
        let name = Name::Semaphore(key.to_owned());
        self.obtain(&name, &claim(permits, ttl, holder)).await
    }

    /// Takes the lock on a key if nobody holds it.
    pub async fn try_acquire(
        &self,
        key: &str,
        ttl: Duration,
        holder: &str,
    ) -> Result<Option<LockGuard>, LockError> {
        self.check(key, ttl)?;
        self.provide_tokens().await?;
        let name = Name::Lock(key.to_owned());
        let (claim, now) = (claim(1, ttl, holder), Instant::now());
        let token = self.0.table().claim(&name, &claim, now, &self.0.limits)?;
        Ok(token.map(|token| self.0.guard(&name, token)))
    }

    /// Returns who holds the lock on a key.
    pub fn holder(&self, key: &str) -> Option<String> {
        let name = Name::Lock(key.to_owned());
        self.0.table().holders(&name, Instant::now()).pop()
    }

    /// Returns what a token is worth that somebody shows.
    pub fn standing(&self, token: FencingToken) -> Standing {
        match self.0.table().origin(token) {
            Origin::Ours => Standing::Given,
            Origin::Earlier => Standing::Outlived,
            Origin::Unknown => Standing::Unknown,
        }
    }

    fn check(&self, key: &str, ttl: Duration) -> Result<(), LockError> {
        let (bytes, max) = (key.len(), self.0.limits.key_bytes);
        if bytes > max {
            return Err(LockError::KeyTooLong { bytes, max });
        }
        self.0.check_lifetime(ttl)
    }

    async fn obtain(&self, name: &Name, claim: &Claim) -> Result<LockGuard, LockError> {
        loop {
            self.provide_tokens().await?;
            match self.enter(name, claim)? {
                Entered::Holding(guard) => return Ok(guard),
                Entered::Waiting(place, granted) => {
                    if let Some(guard) = self.wait(name, place, granted).await {
                        return Ok(guard);
                    }
                }
            }
        }
    }

    /// Sees to it that there are tokens, some time before they run out.
    async fn provide_tokens(&self) -> Result<(), LockError> {
        let left = self.0.table().tokens_left();
        if left >= FEW_TOKENS {
            return Ok(());
        }
        match self.0.source.set_aside(TOKENS_AT_ONCE).await {
            Ok(range) => self.0.table().provide(range),
            Err(_) if left > 0 => {}
            Err(_) => return Err(LockError::NoTokens),
        }
        Ok(())
    }

    fn enter(&self, name: &Name, claim: &Claim) -> Result<Entered, LockError> {
        let limits = &self.0.limits;
        let mut table = self.0.table();
        if let Some(token) = table.claim(name, claim, Instant::now(), limits)? {
            drop(table);
            return Ok(Entered::Holding(self.0.guard(name, token)));
        }
        let (grant, granted) = oneshot::channel();
        let place = table.queue(name, claim.clone(), grant, limits)?;
        Ok(Entered::Waiting(place, granted))
    }

    /// Waits for its turn, and sees to it that a holder's expiry makes it somebody's turn.
    async fn wait(
        &self,
        name: &Name,
        mut place: Place,
        mut granted: oneshot::Receiver<LockGuard>,
    ) -> Option<LockGuard> {
        loop {
            let expires = *place.expires.borrow_and_update();
            tokio::select! {
                biased;
                guard = &mut granted => return guard.ok(),
                changed = place.expires.changed() => {
                    // Nobody is left who could tell: what is granted was sent before.
                    if changed.is_err() {
                        return granted.await.ok();
                    }
                }
                () = sleep_until(expires) => self.0.expire(name),
            }
        }
    }
}

impl Shared {
    /// Gives it back, if it is still that holder's.
    pub(super) fn release(self: &Arc<Self>, name: &Name, token: FencingToken) {
        let next = self.table().release(name, token, Instant::now());
        self.hand_over(name, next);
    }

    pub(super) fn extend(
        &self,
        name: &Name,
        token: FencingToken,
        ttl: Duration,
    ) -> Result<(), LockError> {
        self.check_lifetime(ttl)?;
        let extended = self.table().extend(name, token, ttl, Instant::now());
        if extended {
            Ok(())
        } else {
            Err(LockError::Expired)
        }
    }

    pub(super) fn is_held(&self, name: &Name, token: FencingToken) -> bool {
        self.table().is_held(name, token, Instant::now())
    }

    fn expire(self: &Arc<Self>, name: &Name) {
        let next = self.table().expire(name, Instant::now());
        self.hand_over(name, next);
    }

    /// Hands over to the next in the queue. The table is not locked here: a waiter that has just
    /// gone drops the guard, which takes the way of every release.
    fn hand_over(self: &Arc<Self>, name: &Name, next: Next) {
        for (token, waiter) in next {
            drop(waiter.send(self.guard(name, token)));
        }
    }

    fn guard(self: &Arc<Self>, name: &Name, token: FencingToken) -> LockGuard {
        LockGuard::new(Arc::clone(self), name.clone(), token)
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

fn claim(permits: usize, ttl: Duration, holder: &str) -> Claim {
    Claim {
        permits,
        ttl,
        holder: holder.chars().take(HOLDER_CHARS).collect(),
    }
}

/// How much is kept of what a holder says about itself.
const HOLDER_CHARS: usize = 256;
/// How many tokens are set aside at a time: writing that down costs a sync of the disk.
const TOKENS_AT_ONCE: u64 = 1_000_000;
/// How many are left when more are set aside: enough for those who ask until they have come.
const FEW_TOKENS: u64 = 100_000;
