//! The gate: what a reference that can be taken back leads through.
//!
//! A call *has begun* when it is counted at every gate that it came through, which happens in the step
//! in which the runtime enters its handler ([`Passage::enter`](super::passage::Passage::enter)). A gate
//! that was shut counts nobody any more, and gates are never opened again: so a call that finds all of
//! its gates open, one after the other, would have found them open all at once when it looked at the
//! first. That is why no two locks are ever held together here, and none while anything else runs.

use std::iter::successors;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::Notify;

use super::passage::{Cut, Passage};
use super::slots::Slots;
use crate::audit::Decision;
use crate::error::Error;
use crate::hook::hardening::{bury, shielded};
use crate::hook::map::Condition;
use crate::hook::promise::{PromiseCell, Resolver};
use crate::hook::{Stub, Value};
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::sync::{Mutex, MutexGuard};

/// What is between references and what they lead to, until it is shut. It may stand behind another one.
pub(super) struct Gate {
    /// How many handlers run that were entered through it, and whether it was shut.
    entries: AtomicUsize,
    inner: Mutex<Inner>,
    parent: Option<Parent>,
    /// Told when the last of the handlers has ended.
    idle: Notify,
}

/// The gate before this one, and what number this one has there.
struct Parent {
    gate: Arc<Gate>,
    child: usize,
}

#[derive(Default)]
struct Inner {
    reason: Option<Arc<str>>,
    kept: Tables,
}

/// What ends when the gate is shut.
#[derive(Default)]
struct Tables {
    /// What the references lead to.
    targets: Slots<Stub>,
    /// The results of calls that have not settled.
    pending: Slots<Arc<PromiseCell>>,
    streams: Slots<Weak<dyn Sever>>,
    children: Slots<Weak<Gate>>,
}

/// A stream that can be cut off.
pub(super) trait Sever: Send + Sync + 'static {
    /// Aborts the stream, on both of its sides.
    fn sever(&self, reason: Error);
}

/// A place in a gate's care, of the thing that a reference leads to.
pub(super) struct Kept {
    gate: Arc<Gate>,
    at: usize,
}

/// A place among a gate's streams.
pub(super) struct Listed {
    gate: Arc<Gate>,
    at: usize,
}

/// What a gate that was just shut leaves to be done.
#[must_use]
pub(super) struct Shut {
    reason: Arc<str>,
    left: Tables,
}

impl Gate {
    /// Creates a gate with nothing behind it.
    pub(super) fn new() -> Arc<Self> {
        Self::behind_parent(None)
    }

    /// Creates a gate behind this one: what leads through it ends with either.
    pub(super) fn child(self: &Arc<Self>) -> Arc<Self> {
        let at = self.lock().kept.children.insert(Weak::new());
        let child = Self::behind_parent(Some(Parent {
            gate: Arc::clone(self),
            child: at,
        }));
        // If the gate was shut in between, it has nothing of the child's to end.
        self.lock().kept.children.set(at, Arc::downgrade(&child));
        child
    }

    fn behind_parent(parent: Option<Parent>) -> Arc<Self> {
        Arc::new(Self {
            entries: AtomicUsize::new(0),
            inner: Mutex::default(),
            parent,
            idle: Notify::new(),
        })
    }

    /// Shuts the gate, unless it is shut: nobody enters any more. This takes no longer for many
    /// references than for one; what is left to be done, which does, is returned.
    pub(super) fn shut(&self, reason: &str) -> Option<Shut> {
        let reason: Arc<str> = reason.into();
        let mut inner = self.lock();
        if self.is_shut() {
            return None;
        }
        inner.reason = Some(Arc::clone(&reason));
        self.entries.fetch_or(SHUT, Ordering::SeqCst);
        let left = std::mem::take(&mut inner.kept);
        Some(Shut { reason, left })
    }

    /// Returns whether this gate, or one before it, was shut.
    pub(super) fn is_shut(&self) -> bool {
        self.with_ancestors().any(Self::is_shut_itself)
    }

    /// Fails if this gate, or one before it, was shut.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.with_ancestors().find(|gate| gate.is_shut_itself()) {
            Some(gate) => Err(gate.refusal()),
            None => Ok(()),
        }
    }

    /// Takes something into care, if it is to be had at all.
    pub(super) fn keep(self: &Arc<Self>, target: Stub) -> Kept {
        let (at, refused) = {
            let mut inner = self.lock();
            if self.is_shut() {
                (NOWHERE, Some(target))
            } else {
                (inner.kept.targets.insert(target), None)
            }
        };
        drop(refused);
        Kept {
            gate: Arc::clone(self),
            at,
        }
    }

    /// Lists a stream among those to be cut off; at once, if it is too late for anything else.
    pub(super) fn list(self: &Arc<Self>, stream: Weak<dyn Sever>) -> Listed {
        let (at, late) = {
            let mut inner = self.lock();
            if self.is_shut() {
                (NOWHERE, stream.upgrade())
            } else {
                (inner.kept.streams.insert(stream), None)
            }
        };
        if let (Some(stream), Err(error)) = (late, self.check()) {
            stream.sever(error);
        }
        Listed {
            gate: Arc::clone(self),
            at,
        }
    }

    /// Returns this gate and those that it is behind, from the inside out.
    pub(super) fn with_ancestors(&self) -> impl Iterator<Item = &Self> + Clone {
        successors(Some(self), |gate| {
            gate.parent.as_ref().map(|parent| parent.gate.as_ref())
        })
    }

    /// Counts a handler as entered, unless the gate was shut.
    fn count_in(&self) -> bool {
        let open = |entries: usize| (entries & SHUT == 0).then(|| entries.saturating_add(ONE));
        self.entries
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, open)
            .is_ok()
    }

    /// Counts a handler as entered at all of these, unless one was shut.
    pub(super) fn count_in_at<'a>(gates: impl Iterator<Item = &'a Self> + Clone) -> bool {
        match gates.clone().position(|gate| !gate.count_in()) {
            None => true,
            Some(refused) => {
                gates.take(refused).for_each(Self::count_out);
                false
            }
        }
    }

    /// Counts a handler as ended.
    pub(super) fn count_out(&self) {
        let before = self.entries.fetch_sub(ONE, Ordering::SeqCst);
        if before < ONE.saturating_mul(2) {
            self.idle.notify_waiters();
        }
    }

    /// Returns how many handlers run that were entered through it.
    pub(super) fn running(&self) -> usize {
        self.entries.load(Ordering::SeqCst) / ONE
    }

    /// Waits until none does.
    pub(super) async fn drained(&self) {
        loop {
            let idle = self.idle.notified();
            if self.running() == 0 {
                return;
            }
            idle.await;
        }
    }

    /// Lets a call through: its result is kept where it is found when the gate is shut. Fails the call
    /// if it was.
    pub(super) fn enter(self: &Arc<Self>, result: Resolver, cut: Cut) -> Option<Resolver> {
        let admitted = {
            let mut inner = self.lock();
            let pending = result.cell().filter(|_| !self.is_shut()).cloned();
            pending.map(|pending| (inner.kept.pending.insert(Arc::clone(&pending)), pending))
        };
        match (admitted, self.check()) {
            (Some((call, pending)), _) => {
                let gate = Arc::clone(self);
                let passage = |before| Passage::new(gate, pending, call, cut, before);
                Some(result.through(passage))
            }
            (None, refused) => {
                result.decide(Decision::Revoked);
                result.settle(refused.map(|()| Value::Undefined));
                None
            }
        }
    }

    /// Lets a call through whose result is somebody else's care. Fails it if the gate was shut.
    pub(super) fn pass(self: &Arc<Self>, result: Resolver) -> Option<Resolver> {
        match (self.check(), result.cell().cloned()) {
            (Ok(()), Some(cell)) => {
                let gate = Arc::clone(self);
                let passage = |before| Passage::new(gate, cell, NOWHERE, Cut::Nothing, before);
                Some(result.through(passage))
            }
            (refused, _) => {
                result.decide(Decision::Revoked);
                result.settle(refused.map(|()| Value::Undefined));
                None
            }
        }
    }

    /// Forgets a call that has settled.
    pub(super) fn forget_call(&self, at: usize) {
        let cell = self.lock().kept.pending.remove(at);
        drop(cell);
    }

    fn is_shut_itself(&self) -> bool {
        self.entries.load(Ordering::SeqCst) & SHUT != 0
    }

    fn refusal(&self) -> Error {
        Error::Revoked(self.lock().reason.clone().unwrap_or_else(|| "".into()))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Condition for Gate {
    fn check(&self) -> Result<(), Error> {
        Self::check(self)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(Parent { gate, child }) = parent {
            let forgotten = gate.lock().kept.children.remove(child);
            drop(forgotten);
            // Gates may stand behind one another in any number: not by recursion.
            parent = Arc::into_inner(gate).and_then(|mut gate| gate.parent.take());
        }
    }
}

impl Kept {
    /// Lets a call through, as far as what it is to reach. Fails the call if the gate was shut.
    pub(super) fn enter(&self, result: Resolver, cut: Cut) -> Option<(Stub, Resolver)> {
        // Whatever ends a call that has come this far takes what is in care away first.
        let (target, entered) = (self.target(), self.gate.enter(result, cut));
        match (target, entered) {
            (Some(target), Some(result)) => Some((target, result)),
            (None, Some(result)) => {
                result.decide(Decision::Revoked);
                result.settle(Err(Error::Revoked("".into())));
                None
            }
            (_, None) => None,
        }
    }

    /// Returns what is in care, as long as it is.
    pub(super) fn target(&self) -> Option<Stub> {
        self.gate.lock().kept.targets.get(self.at).cloned()
    }

    pub(super) const fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let target = self.gate.lock().kept.targets.remove(self.at);
        drop(target);
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let stream = self.gate.lock().kept.streams.remove(self.at);
        drop(stream);
    }
}

impl Shut {
    /// Fails what is pending, cuts off streams and lets go of what was led to, here and behind all
    /// gates that were behind this one.
    pub(super) fn clear(self) {
        let error = Error::Revoked(self.reason);
        let mut left = vec![self.left];
        while let Some(tables) = left.pop() {
            // Streams are told first, and why: a writer whose write fails lets go of its stream.
            let streams: Vec<_> = tables.streams.into_iter().collect();
            for stream in streams.iter().filter_map(Weak::upgrade) {
                shielded(|| stream.sever(error.clone()));
            }
            for call in tables.pending {
                shielded(|| call.cut_off(error.clone()));
            }
            for child in tables
                .children
                .into_iter()
                .filter_map(|child| child.upgrade())
            {
                let left_there = std::mem::take(&mut child.lock().kept);
                left.push(left_there);
            }
            tables.targets.into_iter().for_each(bury);
        }
    }
}

/// Set in the count of a gate that was shut.
const SHUT: usize = 1;

/// One handler, in the count.
const ONE: usize = 2;

/// A number that no entry has.
pub(super) const NOWHERE: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Gate;
    use crate::error::Error;
    use crate::hook::{Cap, Stub, Value};

    fn target() -> Stub {
        Stub::of(Cap::settled(Ok(Value::Null)))
    }

    /// The fault: whoever revokes goes through all that there is before nobody enters any more. Here, all
    /// are refused although nothing of what they lead to was so much as looked at.
    #[test]
    fn pulling_the_trigger_touches_nothing_behind_it() {
        let house = Gate::new();
        let rooms: Vec<_> = (0..100_000).map(|_| house.child().keep(target())).collect();
        let shut = house.shut("fire").expect("it was open");
        for room in [&rooms[0], &rooms[50_000], &rooms[99_999]] {
            assert!(
                !Gate::count_in_at(room.gate().with_ancestors()),
                "it is entered"
            );
            let refused = room.gate().check();
            assert!(matches!(refused, Err(Error::Revoked(why)) if why.as_ref() == "fire"));
        }
        let untouched = rooms.iter().filter(|room| room.target().is_some());
        assert_eq!(untouched.count(), 100_000, "it is all still there");
        shut.clear();
        assert!(rooms.iter().all(|room| room.target().is_none()));
        assert!(house.shut("again").is_none());
    }

    /// The fault: who is refused at one gate stays counted at another, which is never drained.
    #[test]
    fn who_is_refused_is_counted_nowhere() {
        let house = Gate::new();
        let room = house.child();
        assert!(Gate::count_in_at(room.with_ancestors()));
        assert_eq!((room.running(), house.running()), (1, 1));
        drop(house.shut("fire"));
        assert!(!Gate::count_in_at(room.with_ancestors()));
        assert_eq!((room.running(), house.running()), (1, 1));
        room.with_ancestors().for_each(Gate::count_out);
        assert_eq!((room.running(), house.running()), (0, 0));
        assert_eq!(Arc::strong_count(&room), 1);
    }
}
