//! The cell of a promise: it settles once, and keeps what waits for it.

use std::fmt;
use std::sync::{Arc, PoisonError};

use tokio::sync::Notify;

use super::op::{Action, Follower, Op, Queue, Resolution};
use super::resolver::Resolver;
use crate::error::Error;
use crate::hook::cap::{Cap, Outcome, State};
use crate::hook::hardening::{CLOSING, Charge, Links, bury, is_flat, shielded, take_turn};
use crate::hook::map::Mapper;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, MutexGuard};
use crate::value::Path;

/// A value that is not known yet, and everything that was done with it meanwhile.
///
/// What arrives before the value is queued and runs in order of arrival when it settles; what
/// arrives while the queue runs goes to its end (protocol C-51). Once set, a resolution never
/// changes.
pub(crate) struct PromiseCell {
    inner: Mutex<Inner>,
    abandoned: AtomicBool,
    abandonment: Notify,
}

#[derive(Default)]
struct Inner {
    resolution: Option<Resolution>,
    queue: Queue,
    /// The queue is being run, or about to be.
    draining: bool,
    /// Some other promise has settled to what holds this one: only then can it close a circle.
    referenced: bool,
    /// The steps of the longest chain of promises that have become this one.
    behind: usize,
    /// What is waited for to settle this, kept from being released meanwhile.
    source: Option<Cap>,
    /// What the value is counted as, if it is kept for a peer.
    charge: Option<Arc<Charge>>,
    /// What must not be dropped where it was left over, because of locks.
    leftovers: Vec<Outcome>,
}

impl PromiseCell {
    pub(crate) fn new() -> Self {
        Self {
            inner: Mutex::default(),
            abandoned: AtomicBool::new(false),
            abandonment: Notify::new(),
        }
    }

    /// Records the outcome. It neither runs nor drops anything, so that it may be called under a
    /// session's lock; [`drain`](Self::drain) must follow. Later outcomes are ignored.
    ///
    /// An outcome that would close a circle of promises, or make a chain of them too long, becomes
    /// a failure: a hostile peer can resolve promises to one another (protocol S-55).
    pub(crate) fn store(self: &Arc<Self>, outcome: Outcome) {
        if is_flat(&outcome) {
            return self.lock().settle(outcome, Links::default());
        }
        let mut links = Links::default();
        let behind = self.lock().behind;
        let outcome = match links.measure(&outcome, behind) {
            Ok(()) => outcome,
            Err(error) => links.replace(outcome, error),
        };
        links.mark(&outcome);
        let mut inner = self.lock();
        if !inner.referenced {
            return inner.settle(outcome, links);
        }
        drop(inner);
        let closing = CLOSING.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = match links.check(&outcome, self) {
            Ok(()) => outcome,
            Err(error) => links.replace(outcome, error),
        };
        self.lock().settle(outcome, links);
        drop(closing);
    }

    /// Records the outcome, for which the peer is charged as long as it is kept, and runs what has
    /// waited for it.
    pub(in crate::hook) fn settle(self: &Arc<Self>, outcome: Outcome, charge: Option<Arc<Charge>>) {
        if is_flat(&outcome) {
            let mut inner = self.lock();
            inner.charge = charge.or_else(|| inner.charge.take());
            inner.settle(outcome, Links::default());
            if inner.is_done() {
                return;
            }
        } else {
            if let Some(charge) = charge {
                self.charge_to(charge);
            }
            self.store(outcome);
        }
        self.drain();
    }

    /// Fails the promise, unless it has settled, and tells who is to settle it that nobody wants what it
    /// would be settled with.
    pub(in crate::hook) fn cut_off(self: &Arc<Self>, error: Error) {
        self.settle(Err(error), None);
        self.abandoned.store(true, Ordering::Release);
        self.abandonment.notify_waiters();
    }

    /// Runs what has waited for the outcome.
    pub(crate) fn drain(self: &Arc<Self>) {
        take_turn(self, |cell| {
            let leftovers = loop {
                match cell.next() {
                    Next::Op(op, resolution) => shielded(|| resolution.run(op)),
                    Next::None(leftovers) => break leftovers,
                }
            };
            if !leftovers.is_empty() {
                shielded(|| bury(leftovers));
            }
        });
    }

    pub(crate) fn call(&self, path: Path, args: Vec<Value>, result: Resolver) {
        self.act(Action::Call { path, args, result });
    }

    pub(crate) fn read(&self, path: Path, result: Resolver) {
        self.act(Action::Read { path, result });
    }

    pub(crate) fn map(&self, path: Path, mapper: Mapper, result: Resolver) {
        self.act(Action::Map {
            path,
            mapper,
            result,
        });
    }

    pub(crate) fn when_settled(&self, waiter: Waiter) {
        self.run_or_queue(Op::Wait(waiter));
    }

    /// Tells what the promise becomes, without asking anybody to settle it.
    pub(crate) fn follow(&self, follower: Follower) {
        self.run_or_queue(Op::Follow(follower));
    }

    pub(crate) fn state(&self) -> State {
        match &self.lock().resolution {
            None => State::Pending,
            Some(Resolution::Settled(outcome)) => State::Settled(Arc::clone(outcome)),
            Some(Resolution::Following(next)) => State::Following(next.clone()),
        }
    }

    /// Takes the value back, if it is a `wanted` one that nobody else has, and what it is charged to:
    /// then the promise is like a new one.
    pub(in crate::hook) fn take_back(
        &mut self,
        wanted: fn(&Value) -> bool,
    ) -> Option<(Value, Option<Arc<Charge>>)> {
        let inner = self.inner.get_mut();
        let inner = inner.unwrap_or_else(PoisonError::into_inner);
        let is_done = inner.is_done();
        let Some(Resolution::Settled(outcome)) = &mut inner.resolution else {
            return None;
        };
        let value = Arc::get_mut(outcome)?.as_mut().ok();
        let value = std::mem::take(value.filter(|value| is_done && wanted(value))?);
        inner.resolution = None;
        (inner.referenced, inner.behind) = (false, 0);
        let charge = inner.charge.take();
        self.abandoned = AtomicBool::new(false);
        Some((value, charge))
    }

    /// Notes that another promise has settled to what holds this one.
    pub(in crate::hook) fn mark_referenced(&self) {
        self.lock().referenced = true;
    }

    /// Notes that a chain of so many steps has become this promise.
    pub(in crate::hook) fn mark_behind(&self, steps: usize) {
        let mut inner = self.lock();
        inner.behind = inner.behind.max(steps);
    }

    /// Keeps `source`, which will settle this promise, until it has, or nobody wants it any more.
    pub(in crate::hook) fn wait_for(&self, source: Cap) {
        let mut inner = self.lock();
        let unused = if inner.resolution.is_none() && !self.is_abandoned() {
            inner.source.replace(source)
        } else {
            Some(source)
        };
        drop(inner);
        drop(unused);
    }

    /// Counts the promise as kept for a peer as long as it exists.
    pub(crate) fn charge_to(&self, charge: Arc<Charge>) {
        self.lock().charge = Some(charge);
    }

    /// Returns whether every handle to the promise was dropped before it settled, or it was cut off.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Waits until every handle to the promise is dropped; for ever if it settles first.
    pub(crate) async fn abandoned(&self) {
        loop {
            let notified = self.abandonment.notified();
            if self.is_abandoned() {
                return;
            }
            notified.await;
        }
    }

    fn next(&self) -> Next {
        let mut inner = self.lock();
        if let Some(resolution) = inner.resolution.clone() {
            let op = inner.queue.pop();
            inner.draining = op.is_some();
            if let Some(op) = op {
                return Next::Op(op, resolution);
            }
        }
        Next::None(std::mem::take(&mut inner.leftovers))
    }

    fn act(&self, action: Action) {
        self.run_or_queue(Op::Act(Box::new(action)));
    }

    fn run_or_queue(&self, op: Op) {
        let resolution = {
            let mut inner = self.lock();
            match &inner.resolution {
                Some(resolution) if !inner.draining => Some(resolution.clone()),
                _ if op.has_to_wait() => return inner.queue.push(op),
                _ => None,
            }
        };
        match resolution {
            Some(resolution) => resolution.run(op),
            // The session that it was for has ended.
            None => drop(op),
        }
    }

    /// Nobody will ever look at the value, unless something is queued that acts on it.
    pub(super) fn abandon(&self) {
        let source = {
            let mut inner = self.lock();
            let acts = |op: &Op| !matches!(op, Op::Wait(_) | Op::Follow(_));
            if inner.resolution.is_some() || inner.queue.iter().any(acts) {
                return;
            }
            self.abandoned.store(true, Ordering::Release);
            inner.source.take()
        };
        self.abandonment.notify_waiters();
        bury(source);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is to be done next with a promise that has settled.
enum Next {
    Op(Op, Resolution),
    /// Nothing; this is left over.
    None(Vec<Outcome>),
}

impl Inner {
    fn settle(&mut self, outcome: Outcome, links: Links) {
        self.leftovers.extend(links.into_leftovers());
        let source = self.source.take().map(Stub::of);
        self.leftovers
            .extend(source.map(|source| Ok(Value::Capability(source))));
        if self.resolution.is_some() {
            return self.leftovers.push(outcome);
        }
        // Where nothing waits, there is nothing that what comes must not overtake.
        self.draining = !self.queue.is_empty();
        self.resolution = Some(match outcome {
            Ok(Value::Capability(next)) if next.is_promise() && next.path().is_empty() => {
                Resolution::Following(next.into_cap())
            }
            outcome => Resolution::Settled(Arc::new(outcome)),
        });
    }

    /// Returns whether nothing is to be run or let go of.
    fn is_done(&self) -> bool {
        !self.draining && self.leftovers.is_empty()
    }

    /// Returns whether dropping it drops nothing but itself.
    fn is_flat(&self) -> bool {
        let is_flat = match &self.resolution {
            Some(Resolution::Settled(outcome)) => is_flat(outcome),
            Some(Resolution::Following(_)) => false,
            None => true,
        };
        is_flat && self.queue.is_empty() && self.source.is_none() && self.leftovers.is_empty()
    }
}

impl Default for PromiseCell {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PromiseCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PromiseCell")
    }
}

impl Drop for PromiseCell {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        if !inner.is_flat() {
            bury(std::mem::take(inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::PromiseCell;
    use crate::hook::Value;

    /// The fault: a promise that is used anew is taken for one that nobody waits for, as it was before,
    /// and a method that would stop then is stopped.
    #[test]
    fn a_promise_that_is_used_anew_is_like_a_new_one() {
        let mut cell = Arc::<PromiseCell>::default();
        cell.abandon();
        assert!(cell.is_abandoned());
        cell.settle(Ok(Value::Null), None);
        let alone = Arc::get_mut(&mut cell).expect("nobody else has it");
        assert!(alone.take_back(|_| true).is_some());
        assert!(!cell.is_abandoned());
    }
}
