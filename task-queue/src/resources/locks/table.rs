//! Who holds what, and who waits for it: plain data, told the time.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::resources::FencingToken;
use crate::resources::locks::error::LockError;
use crate::resources::locks::guard::LockGuard;
use crate::resources::locks::limits::LockLimits;

/// The locks that are held.
#[derive(Debug)]
pub(super) struct Table {
    /// Tokens are greater for every later lock, whatever its key; so nothing needs to be
    /// remembered of keys that nobody has locked.
    next: FencingToken,
    held: HashMap<String, Held>,
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) ttl: Duration,
    pub(super) holder: String,
}

/// A place in the queue.
#[derive(Debug)]
pub(super) struct Place {
    /// When the present holder's time is over.
    pub(super) expires: watch::Receiver<Instant>,
}

#[derive(Debug)]
struct Held {
    token: FencingToken,
    holder: String,
    expires: watch::Sender<Instant>,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    claim: Claim,
    grant: oneshot::Sender<LockGuard>,
}

/// Who gets a lock next, and where to send it.
pub(super) type Next = Option<(FencingToken, oneshot::Sender<LockGuard>)>;

impl Table {
    pub(super) fn new(first: FencingToken) -> Self {
        Self {
            next: first,
            held: HashMap::new(),
        }
    }

    /// Gives the lock if nobody holds it and nobody waits for it.
    pub(super) fn claim(
        &mut self,
        key: &str,
        claim: &Claim,
        now: Instant,
        limits: &LockLimits,
    ) -> Result<Option<FencingToken>, LockError> {
        if let Some(held) = self.held.get(key) {
            if !held.is_over(now) || held.is_awaited() {
                return Ok(None);
            }
        } else {
            self.make_room(now, limits.locks)?;
        }
        let token = self.take_token();
        let held = Held {
            token,
            holder: claim.holder.clone(),
            expires: watch::Sender::new(end_of(now, claim.ttl)),
            waiting: VecDeque::new(),
        };
        self.held.insert(key.to_owned(), held);
        Ok(Some(token))
    }

    /// Takes a place behind those who wait for a lock that somebody holds.
    pub(super) fn queue(
        &mut self,
        key: &str,
        claim: Claim,
        grant: oneshot::Sender<LockGuard>,
        limits: &LockLimits,
    ) -> Result<Place, LockError> {
        let max = limits.waiting;
        let Some(held) = self.held.get_mut(key) else {
            return Err(LockError::Expired);
        };
        held.waiting.retain(|waiter| !waiter.grant.is_closed());
        if held.waiting.len() >= max {
            return Err(LockError::TooManyWaiting { max });
        }
        held.waiting.push_back(Waiter { claim, grant });
        let expires = held.expires.subscribe();
        Ok(Place { expires })
    }

    /// Takes the lock from that holder, if it has it, and says who is next.
    pub(super) fn release(&mut self, key: &str, token: FencingToken, now: Instant) -> Next {
        let is_holder = self.held.get(key).is_some_and(|held| held.token == token);
        if is_holder {
            self.pass_on(key, now)
        } else {
            None
        }
    }

    /// Takes the lock from whoever has held it for too long, and says who is next.
    pub(super) fn expire(&mut self, key: &str, now: Instant) -> Next {
        let is_over = self.held.get(key).is_some_and(|held| held.is_over(now));
        if is_over {
            self.pass_on(key, now)
        } else {
            None
        }
    }

    /// Gives the holder more time, unless its time is over.
    pub(super) fn extend(
        &mut self,
        key: &str,
        token: FencingToken,
        ttl: Duration,
        now: Instant,
    ) -> bool {
        let Some(held) = self.held.get(key) else {
            return false;
        };
        if held.token != token || held.is_over(now) {
            return false;
        }
        held.expires.send_replace(end_of(now, ttl));
        true
    }

    pub(super) fn is_held(&self, key: &str, token: FencingToken, now: Instant) -> bool {
        self.held
            .get(key)
            .is_some_and(|held| held.token == token && !held.is_over(now))
    }

    pub(super) fn holder(&self, key: &str, now: Instant) -> Option<String> {
        let held = self.held.get(key)?;
        (!held.is_over(now)).then(|| held.holder.clone())
    }

    fn pass_on(&mut self, key: &str, now: Instant) -> Next {
        let token = self.take_token();
        let held = self.held.get_mut(key)?;
        let Some(waiter) = held.next_waiter() else {
            self.held.remove(key);
            return None;
        };
        held.token = token;
        held.holder = waiter.claim.holder;
        held.expires.send_replace(end_of(now, waiter.claim.ttl));
        Some((token, waiter.grant))
    }

    /// Forgets locks whose time is over and for which nobody waits, if there are too many.
    fn make_room(&mut self, now: Instant, max: usize) -> Result<(), LockError> {
        if self.held.len() >= max {
            self.held
                .retain(|_, held| !held.is_over(now) || held.is_awaited());
        }
        if self.held.len() >= max {
            return Err(LockError::TooManyLocks { max });
        }
        Ok(())
    }

    const fn take_token(&mut self) -> FencingToken {
        let token = self.next;
        self.next = token.next();
        token
    }
}

impl Held {
    fn is_over(&self, now: Instant) -> bool {
        *self.expires.borrow() <= now
    }

    fn is_awaited(&self) -> bool {
        self.waiting.iter().any(|waiter| !waiter.grant.is_closed())
    }

    /// Takes the first of those who still wait.
    fn next_waiter(&mut self) -> Option<Waiter> {
        while let Some(waiter) = self.waiting.pop_front() {
            if !waiter.grant.is_closed() {
                return Some(waiter);
            }
        }
        None
    }
}

/// Lifetimes are limited, so only a broken clock could make this overflow.
fn end_of(now: Instant, ttl: Duration) -> Instant {
    now.checked_add(ttl).unwrap_or(now)
}
