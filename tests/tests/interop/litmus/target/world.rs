//! What all who are connected share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use capnweb_runtime::policy::Policy;
use capnweb_runtime::{Brand, Capability, Function, Membrane, Revoker, Value};
use tokio::sync::watch;

use super::safe::{Gold, SafeStub};
use super::sturdy::References;
use crate::litmus::data::Mechanism;

/// What there is, what is counted of it, and what is to be done without.
pub(crate) struct World {
    pub(super) worked: Tally,
    pub(super) robbed: Tally,
    pub(super) admitted: Tally,
    safes: Arc<()>,
    visitors: Arc<()>,
    without: Option<Mechanism>,
    opened: watch::Sender<bool>,
    own: Brand<()>,
    revokers: Mutex<HashMap<String, Revoker>>,
    callbacks: Mutex<Vec<Callback>>,
}

/// What visitors leave there, and what the world has made for them.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) posted: Mutex<Value>,
    pub(super) budget: Mutex<Option<SafeStub>>,
    pub(super) tickets: Brand<()>,
    pub(super) references: References,
}

/// A number that only grows.
#[derive(Default)]
pub(super) struct Tally(AtomicU64);

/// Counts what has it for as long as it is there.
#[derive(Clone)]
pub(super) struct Present(#[allow(dead_code, reason = "counted, not read")] Arc<()>);

pub(super) type Callback = Function<fn(String) -> Value>;

impl Tally {
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn so_far(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl World {
    pub(super) fn new(without: Option<Mechanism>) -> Arc<Self> {
        Arc::new(Self {
            worked: Tally::default(),
            robbed: Tally::default(),
            admitted: Tally::default(),
            safes: Arc::default(),
            visitors: Arc::default(),
            without,
            opened: watch::Sender::new(false),
            own: Brand::new(),
            revokers: Mutex::default(),
            callbacks: Mutex::default(),
        })
    }

    /// Whether a mechanism is there.
    pub(super) fn has(&self, mechanism: Mechanism) -> bool {
        self.without != Some(mechanism)
    }

    pub(super) fn new_safe(&self) -> Present {
        Present(Arc::clone(&self.safes))
    }

    pub(super) fn new_visitor(&self) -> Present {
        Present(Arc::clone(&self.visitors))
    }

    pub(super) fn alive(&self) -> usize {
        Arc::strong_count(&self.safes) - 1
    }

    pub(super) fn visitors(&self) -> usize {
        Arc::strong_count(&self.visitors) - 1
    }

    /// Waits until the owner has opened.
    pub(super) async fn opened(&self) {
        let mut opened = self.opened.subscribe();
        drop(opened.wait_for(|opened| *opened).await);
    }

    pub(super) fn open(&self) {
        self.opened.send_replace(true);
    }

    pub(super) fn safe(self: &Arc<Self>) -> SafeStub {
        self.mark(&SafeStub::new(Gold::new(self, None)))
    }

    /// Returns a safe that revokes what goes by this name as soon as something of it is taken.
    pub(super) fn short_safe(self: &Arc<Self>, name: &'static str) -> SafeStub {
        self.mark(&SafeStub::new(Gold::new(self, Some(name))))
    }

    fn mark(&self, safe: &SafeStub) -> SafeStub {
        self.own.seal(safe, Arc::new(()))
    }

    /// Whether something is a safe of this world.
    pub(super) fn is_own(&self, value: &Value) -> bool {
        match value {
            Value::Capability(stub) => self.own.unseal(&stub.cast::<SafeStub>()).is_some(),
            _ => false,
        }
    }

    /// Puts a safe in the care of whoever revokes by this name.
    pub(super) fn lend(&self, name: &str, safe: SafeStub) -> SafeStub {
        if self.has(Mechanism::Caretaker) {
            self.revoker(name).revocable(&safe)
        } else {
            safe
        }
    }

    /// Puts a membrane around something, which is taken back by this name. Without membranes, it can
    /// be taken back, but not what comes of it.
    pub(super) fn enclose<C: Capability>(&self, name: &str, inside: &C) -> C {
        let revoker = self.revoker(name);
        if !self.has(Mechanism::Caretaker) {
            return inside.clone();
        }
        if !self.has(Mechanism::Membrane) {
            return revoker.revocable(inside);
        }
        Membrane::under(&revoker).outward(inside)
    }

    pub(super) fn revoke(&self, name: &str, reason: &str) {
        self.revoker(name).revoke(reason);
    }

    fn revoker(&self, name: &str) -> Revoker {
        let mut revokers = lock(&self.revokers);
        revokers.entry(name.to_owned()).or_default().clone()
    }

    pub(super) fn guard(&self, safe: SafeStub, policy: impl Policy) -> SafeStub {
        if self.has(Mechanism::Guard) {
            safe.guarded(policy)
        } else {
            safe
        }
    }

    pub(super) fn keep(&self, callback: Callback) {
        lock(&self.callbacks).push(callback);
    }

    pub(super) fn callbacks(&self) -> Vec<Callback> {
        lock(&self.callbacks).clone()
    }
}

pub(super) fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
