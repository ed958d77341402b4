//! Who holds what, and who waits for it: plain data, told the time.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::resources::locks::error::LockError;
use crate::resources::locks::guard::LockGuard;
use crate::resources::locks::limits::LockLimits;
use crate::resources::{FencingToken, TokenRange};

/// The locks and permits that are held.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Tokens are greater for every later lock, whatever its key; so nothing needs to be
    /// remembered of keys that nobody has locked.
    tokens: Option<TokenRange>,
    /// The first token of this table, ever.
    first: Option<FencingToken>,
    slots: HashMap<Name, Slot>,
    /// How many holders there are, of everything.
    held: usize,
}

/// What can be held. Locks and semaphores of the same key have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Lock(String),
    Semaphore(String),
}

/// What somebody asks for.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) permits: usize,
    pub(super) ttl: Duration,
    pub(super) holder: String,
}

/// A place in the queue.
#[derive(Debug)]
pub(super) struct Place {
    /// When the time of the first of the present holders is over.
    pub(super) expires: watch::Receiver<Instant>,
}

/// How a token stands to the locks of this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A lock of this table has it, or had it.
    Ours,
    /// It is from before this table's time.
    Earlier,
    /// No lock has had it yet.
    Unknown,
}

/// Something that one, or some, can hold.
#[derive(Debug)]
struct Slot {
    permits: usize,
    holders: Vec<Holder>,
    /// The earliest of the holders'.
    expires: watch::Sender<Instant>,
    waiting: VecDeque<Waiter>,
}

#[derive(Debug)]
struct Holder {
    token: FencingToken,
    name: String,
    expires: Instant,
}

#[derive(Debug)]
struct Waiter {
    claim: Claim,
    grant: oneshot::Sender<LockGuard>,
}

/// Those who hold something from now on, and where to send it.
pub(super) type Next = Vec<(FencingToken, oneshot::Sender<LockGuard>)>;

impl Table {
    /// Gives the table tokens to give out. Those of a range that is not the latest stay unused.
    pub(super) fn provide(&mut self, range: TokenRange) {
        self.first.get_or_insert(range.first);
        if self.tokens.is_none_or(|tokens| tokens.end <= range.first) {
            self.tokens = Some(range);
        }
    }

    /// Returns how many tokens are left to give out.
    pub(super) fn tokens_left(&self) -> u64 {
        self.tokens.map_or(0, |tokens| {
            let (first, end) = (tokens.first.number(), tokens.end.number());
            end.saturating_sub(first)
        })
    }

    /// Returns how a token stands to the locks of this table.
    pub(super) fn origin(&self, token: FencingToken) -> Origin {
        if self.tokens.is_none_or(|tokens| token >= tokens.first) {
            Origin::Unknown
        } else if self.first.is_some_and(|first| token >= first) {
            Origin::Ours
        } else {
            Origin::Earlier
        }
    }

    /// Gives a place if there is one, and nobody waits for it.
    pub(super) fn claim(
        &mut self,
        name: &Name,
        claim: &Claim,
        now: Instant,
        limits: &LockLimits,
    ) -> Result<Option<FencingToken>, LockError> {
        self.forget_expired(name, now);
        if let Some(slot) = self.slots.get(name) {
            slot.agree(claim)?;
            if slot.is_full() || slot.is_awaited() {
                return Ok(None);
            }
        }
        self.make_room(now, limits.held)?;
        let token = self.take_token().ok_or(LockError::NoTokens)?;
        let slot = self
            .slots
            .entry(name.clone())
            .or_insert_with(|| Slot::new(claim.permits, now));
        slot.admit(token, claim, now);
        self.held = self.held.saturating_add(1);
        Ok(Some(token))
    }

    /// Takes a place behind those who wait for what others hold.
    pub(super) fn queue(
        &mut self,
        name: &Name,
        claim: Claim,
        grant: oneshot::Sender<LockGuard>,
        limits: &LockLimits,
    ) -> Result<Place, LockError> {
        let max = limits.waiting;
        let Some(slot) = self.slots.get_mut(name) else {
            return Err(LockError::Expired);
        };
        slot.waiting.retain(|waiter| !waiter.grant.is_closed());
        if slot.waiting.len() >= max {
            return Err(LockError::TooManyWaiting { max });
        }
        slot.waiting.push_back(Waiter { claim, grant });
        let expires = slot.expires.subscribe();
        Ok(Place { expires })
    }

    /// Takes what that holder has, if it has it, and says who is next.
    pub(super) fn release(&mut self, name: &Name, token: FencingToken, now: Instant) -> Next {
        let Some(slot) = self.slots.get_mut(name) else {
            return Next::new();
        };
        let before = slot.holders.len();
        slot.holders.retain(|holder| holder.token != token);
        let gone = before.saturating_sub(slot.holders.len());
        self.held = self.held.saturating_sub(gone);
        self.fill(name, now)
    }

    /// Takes from those who have held it for too long, and says who is next.
    pub(super) fn expire(&mut self, name: &Name, now: Instant) -> Next {
        self.drop_expired(name, now);
        self.fill(name, now)
    }

    /// Gives the holder more time, unless its time is over.
    pub(super) fn extend(
        &mut self,
        name: &Name,
        token: FencingToken,
        ttl: Duration,
        now: Instant,
    ) -> bool {
        let Some(slot) = self.slots.get_mut(name) else {
            return false;
        };
        let Some(holder) = slot.holder_mut(token).filter(|holder| holder.expires > now) else {
            return false;
        };
        holder.expires = end_of(now, ttl);
        slot.announce();
        true
    }

    pub(super) fn is_held(&self, name: &Name, token: FencingToken, now: Instant) -> bool {
        let slot = self.slots.get(name);
        slot.is_some_and(|slot| {
            let mut holders = slot.holders.iter();
            holders.any(|holder| holder.token == token && holder.expires > now)
        })
    }

    /// Returns who holds it.
    pub(super) fn holders(&self, name: &Name, now: Instant) -> Vec<String> {
        let holders = self.slots.get(name).map(|slot| slot.holders.iter());
        let held = holders
            .into_iter()
            .flatten()
            .filter(|holder| holder.expires > now);
        held.map(|holder| holder.name.clone()).collect()
    }

    /// Gives free places to those who wait, and forgets what nobody has to do with.
    fn fill(&mut self, name: &Name, now: Instant) -> Next {
        let mut next = Next::new();
        let Some(mut slot) = self.slots.remove(name) else {
            return next;
        };
        while !slot.is_full()
            && let Some(waiter) = slot.next_waiter()
        {
            let Some(token) = self.take_token() else {
                // Those who wait find out that nothing comes, and ask again, for tokens too.
                slot.waiting.clear();
                break;
            };
            slot.admit(token, &waiter.claim, now);
            self.held = self.held.saturating_add(1);
            next.push((token, waiter.grant));
        }
        if !slot.holders.is_empty() {
            slot.announce();
            self.slots.insert(name.clone(), slot);
        }
        next
    }

    /// Forgets holders whose time is over, unless others wait: then they get their places.
    fn forget_expired(&mut self, name: &Name, now: Instant) {
        if self.slots.get(name).is_some_and(Slot::is_awaited) {
            return;
        }
        self.drop_expired(name, now);
        if self
            .slots
            .get(name)
            .is_some_and(|slot| slot.holders.is_empty())
        {
            self.slots.remove(name);
        }
    }

    fn drop_expired(&mut self, name: &Name, now: Instant) {
        let Some(slot) = self.slots.get_mut(name) else {
            return;
        };
        let before = slot.holders.len();
        slot.holders.retain(|holder| holder.expires > now);
        let gone = before.saturating_sub(slot.holders.len());
        self.held = self.held.saturating_sub(gone);
    }

    /// Forgets all whose time is over and for whose place nobody waits, if there are too many.
    fn make_room(&mut self, now: Instant, max: usize) -> Result<(), LockError> {
        if self.held >= max {
            let names: Vec<_> = self.slots.keys().cloned().collect();
            for name in names {
                self.forget_expired(&name, now);
            }
        }
        if self.held >= max {
            return Err(LockError::TooManyHeld { max });
        }
        Ok(())
    }

    fn take_token(&mut self) -> Option<FencingToken> {
        let tokens = self.tokens.as_mut()?;
        if tokens.first >= tokens.end {
            return None;
        }
        let token = tokens.first;
        tokens.first = token.next();
        Some(token)
    }
}

impl Name {
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Lock(key) | Self::Semaphore(key) => key,
        }
    }
}

impl Slot {
    fn new(permits: usize, now: Instant) -> Self {
        Self {
            permits,
            holders: Vec::new(),
            expires: watch::Sender::new(now),
            waiting: VecDeque::new(),
        }
    }

    /// Those who share a semaphore must mean the same number.
    const fn agree(&self, claim: &Claim) -> Result<(), LockError> {
        if self.permits == claim.permits {
            return Ok(());
        }
        let permits = self.permits;
        Err(LockError::OtherPermits { permits })
    }

    fn admit(&mut self, token: FencingToken, claim: &Claim, now: Instant) {
        self.holders.push(Holder {
            token,
            name: claim.holder.clone(),
            expires: end_of(now, claim.ttl),
        });
        self.announce();
    }

    /// Tells those who wait when the next place is free at the latest.
    fn announce(&self) {
        if let Some(earliest) = self.holders.iter().map(|holder| holder.expires).min() {
            self.expires.send_replace(earliest);
        }
    }

    fn holder_mut(&mut self, token: FencingToken) -> Option<&mut Holder> {
        self.holders.iter_mut().find(|holder| holder.token == token)
    }

    const fn is_full(&self) -> bool {
        self.holders.len() >= self.permits
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
