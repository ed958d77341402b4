//! Promises: a cell that settles once, what waits for it, and the right to settle it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::cap::{Cap, Hook, Outcome, State, Waiter};
use super::graveyard::bury;
use super::interface::Call;
use super::origin::Session;
use super::settled;
use super::{Stub, Value};
use crate::error::Error;
use crate::value::Path;

/// Creates a promise and the right to settle it.
pub(crate) fn promise() -> (Cap, Resolver) {
    let cell = Arc::new(PromiseCell::new());
    (
        Cap::new(LocalPromise(Arc::clone(&cell))),
        Resolver {
            cell: Some(cell),
            permit: None,
            session: None,
        },
    )
}

/// A value that is not known yet, and everything that was done with it meanwhile.
///
/// What arrives before the value is queued and runs in order of arrival when it settles; what
/// arrives while the queue runs goes to its end (protocol C-51).
pub(crate) struct PromiseCell {
    inner: Mutex<Inner>,
    abandoned: AtomicBool,
    abandonment: Notify,
}

struct Inner {
    resolution: Option<Resolution>,
    queue: VecDeque<Op>,
    /// The queue is being run, or about to be.
    draining: bool,
}

#[derive(Clone)]
enum Resolution {
    Settled(Arc<Outcome>),
    Following(Stub),
}

enum Op {
    Call {
        path: Path,
        args: Vec<Value>,
        result: Resolver,
    },
    Read {
        path: Path,
        result: Resolver,
    },
    Wait(Waiter),
}

impl std::fmt::Debug for PromiseCell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PromiseCell")
    }
}

impl PromiseCell {
    pub(crate) fn new() -> Self {
        let inner = Inner {
            resolution: None,
            queue: VecDeque::new(),
            draining: false,
        };
        Self {
            inner: Mutex::new(inner),
            abandoned: AtomicBool::new(false),
            abandonment: Notify::new(),
        }
    }

    /// Records the outcome without running anything, so that it may be called under a session's
    /// lock; [`drain`](Self::drain) must follow. Later outcomes are ignored.
    pub(crate) fn store(self: &Arc<Self>, outcome: Outcome) {
        let resolution = match outcome {
            Ok(Value::Capability(next)) if next.is_promise() => self.follow_or_fail(next),
            outcome => Resolution::Settled(Arc::new(outcome)),
        };
        let mut inner = self.lock();
        if inner.resolution.is_none() {
            inner.resolution = Some(resolution);
            inner.draining = true;
        } else {
            drop(inner);
            bury(resolution);
        }
    }

    /// Runs what has waited for the outcome.
    pub(crate) fn drain(&self) {
        loop {
            let (op, resolution) = {
                let mut inner = self.lock();
                let Some(resolution) = inner.resolution.clone() else {
                    return;
                };
                let Some(op) = inner.queue.pop_front() else {
                    inner.draining = false;
                    return;
                };
                (op, resolution)
            };
            resolution.run(op);
        }
    }

    pub(crate) fn call(&self, path: Path, args: Vec<Value>, result: Resolver) {
        self.run_or_queue(Op::Call { path, args, result });
    }

    pub(crate) fn read(&self, path: Path, result: Resolver) {
        self.run_or_queue(Op::Read { path, result });
    }

    pub(crate) fn when_settled(&self, waiter: Waiter) {
        self.run_or_queue(Op::Wait(waiter));
    }

    pub(crate) fn state(&self) -> State {
        match &self.lock().resolution {
            None => State::Pending,
            Some(Resolution::Settled(outcome)) => State::Settled(Arc::clone(outcome)),
            Some(Resolution::Following(next)) => State::Following(next.clone()),
        }
    }

    fn run_or_queue(&self, op: Op) {
        let resolution = {
            let mut inner = self.lock();
            match &inner.resolution {
                Some(resolution) if !inner.draining => resolution.clone(),
                _ => return inner.queue.push_back(op),
            }
        };
        resolution.run(op);
    }

    /// Nobody will ever look at the value, unless something is queued that acts on it.
    fn abandon(&self) {
        let unused = {
            let inner = self.lock();
            inner.resolution.is_none() && inner.queue.iter().all(|op| matches!(op, Op::Wait(_)))
        };
        if unused {
            self.abandoned.store(true, Ordering::Release);
            self.abandonment.notify_waiters();
        }
    }

    /// Becomes `next`, unless that leads back here: a hostile peer can resolve promises in a
    /// circle (protocol S-55).
    fn follow_or_fail(self: &Arc<Self>, next: Stub) -> Resolution {
        let mut end = next.clone();
        for _ in 0..MAX_HOPS {
            if end.cap().is_cell(self) {
                return Resolution::Settled(Arc::new(Err(Error::type_error(
                    "The promise was resolved to itself.",
                ))));
            }
            match end.cap().state() {
                State::Following(further) => end = further.at(end.path().clone()),
                State::Object | State::Pending | State::Settled(_) => {
                    return Resolution::Following(end);
                }
            }
        }
        Resolution::Settled(Arc::new(Err(Error::range_error(
            "The chain of promises is too long.",
        ))))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many promises in a row may have become one another before a new one is refused. Chains are
/// shortened as they are walked, so that only two threads racing to close a circle get this far.
const MAX_HOPS: usize = 100_000;

impl Resolution {
    fn run(&self, op: Op) {
        match self {
            Self::Settled(outcome) => match op {
                Op::Call { path, args, result } => settled::call(outcome, &path, args, result),
                Op::Read { path, result } => settled::read(outcome, &path, result),
                Op::Wait(waiter) => waiter(outcome),
            },
            Self::Following(next) => {
                let next = end_of_chain(next);
                match op {
                    Op::Call { path, args, result } => {
                        next.cap()
                            .call(next.path().clone().join(path), args, result);
                    }
                    Op::Read { path, result } => {
                        next.cap().read(next.path().clone().join(path), result);
                    }
                    Op::Wait(waiter) => next.into_cap().when_settled(waiter),
                }
            }
        }
    }
}

/// Walks past promises that have become others, without recursion.
fn end_of_chain(start: &Stub) -> Stub {
    let mut end = start.clone();
    for _ in 0..MAX_HOPS {
        match end.cap().state() {
            State::Following(next) => end = next.at(end.path().clone()),
            State::Object | State::Pending | State::Settled(_) => break,
        }
    }
    end
}

impl Drop for PromiseCell {
    fn drop(&mut self) {
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(resolution) = inner.resolution.take() {
            bury(resolution);
        }
        bury(std::mem::take(&mut inner.queue));
    }
}

/// A promise made here, as opposed to one that a peer will settle.
struct LocalPromise(Arc<PromiseCell>);

impl Hook for LocalPromise {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.0.call(path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        self.0.read(path, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        self.0.when_settled(waiter);
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn cell(&self) -> Option<&Arc<PromiseCell>> {
        Some(&self.0)
    }
}

impl Drop for LocalPromise {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// The right to settle a promise, once. Dropped unused, the promise fails.
pub(crate) struct Resolver {
    cell: Option<Arc<PromiseCell>>,
    permit: Option<Permit>,
    session: Option<Session>,
}

impl Resolver {
    /// Settles the promise. A value that is itself a promise is followed, not delivered (protocol
    /// S-31).
    pub(crate) fn settle(mut self, outcome: Outcome) {
        if let Some(cell) = self.cell.take() {
            drop(self.permit.take());
            cell.store(outcome);
            cell.drain();
        }
    }

    /// Makes the promise another name for `next`.
    pub(crate) fn follow(self, next: Cap) {
        self.settle(Ok(Value::Capability(Stub::promise(next))));
    }

    /// Holds `permit` until the promise settles.
    pub(crate) fn with_permit(mut self, permit: Permit) -> Self {
        self.permit = Some(permit);
        self
    }

    /// Names the session on whose behalf the call is made.
    pub(crate) fn for_session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// Returns the session on whose behalf the call is made.
    pub(crate) fn session(&self) -> Option<Session> {
        self.session.clone()
    }

    /// Like [`for_session`](Self::for_session), where there may be none.
    pub(crate) fn on_behalf_of(mut self, session: Option<Session>) -> Self {
        self.session = session;
        self
    }

    /// Describes the call to its handler.
    pub(crate) fn describe(&self) -> Call {
        Call::new(self.session.clone(), self.cell.clone())
    }
}

impl PromiseCell {
    /// Returns whether every handle to the promise was dropped before it settled.
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
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(cell) = self.cell.take() {
            cell.store(Err(Error::new(
                "The call was dropped before it gave a result.",
            )));
            cell.drain();
        }
    }
}

/// A place among the calls in flight, given back when dropped.
pub(crate) struct Permit(Arc<AtomicUsize>);

impl Permit {
    /// Takes a place, if fewer than `limit` are taken.
    pub(crate) fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| {
                (n < limit).then(|| n.saturating_add(1))
            })
            .ok()?;
        Some(Self(Arc::clone(taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}
