//! The caretaker: a reference that can be taken back (Redell, 1974).

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError};

use super::wrap::wrap;
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, Outcome, itself, map_value};
use crate::hook::map::{Guard, Mapper};
use crate::hook::promise::{Resolver, promise};
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::sync::{Mutex, MutexGuard};
use crate::value::Path;

/// Makes a reference to the same object that works until its revoker says otherwise.
pub(crate) fn revocable(stub: &Stub) -> (Stub, Revoker) {
    let revoker = Revoker::new();
    (revoker.revocable_stub(stub), revoker)
}

/// The right to take references back.
///
/// One revoker can have any number of references in its care. Clones share them. Dropping a
/// revoker revokes nothing.
#[derive(Clone)]
pub struct Revoker(Arc<Gate>);

struct Gate {
    inner: Mutex<Inner>,
}

struct Inner {
    revoked: Option<Arc<str>>,
    next: u64,
    /// The references in care: what each leads to.
    targets: HashMap<u64, Stub>,
    /// Calls through them that have not settled.
    pending: HashMap<u64, Resolver>,
    /// Whom to tell besides.
    watchers: Vec<Watcher>,
}

/// Something that has to be done on revocation.
pub(super) type Watcher = Box<dyn FnOnce(&Arc<str>) + Send>;

impl Revoker {
    /// Creates a revoker with nothing in its care.
    pub fn new() -> Self {
        let inner = Inner {
            revoked: None,
            next: 0,
            targets: HashMap::new(),
            pending: HashMap::new(),
            watchers: Vec::new(),
        };
        Self(Arc::new(Gate {
            inner: Mutex::new(inner),
        }))
    }

    /// Revokes every reference in care, and every one that will ever be put there.
    ///
    /// When this returns, calls in flight through them have failed with [`Error::Revoked`], later
    /// ones fail the same way, and what they led to is let go, even while a peer still holds its
    /// reference. Revoking again changes nothing; the first reason stands.
    ///
    /// A peer that used such a reference is told by an error object with the message
    /// `revoked: <reason>`, the property `code` `"REVOKED"` and the property `reason`;
    /// [`Error::is_revoked`] knows it, here and there.
    pub fn revoke(&self, reason: &str) {
        let (targets, pending, watchers, reason) = {
            let mut inner = self.0.lock();
            if inner.revoked.is_some() {
                return;
            }
            let reason: Arc<str> = reason.into();
            inner.revoked = Some(Arc::clone(&reason));
            (
                std::mem::take(&mut inner.targets),
                std::mem::take(&mut inner.pending),
                std::mem::take(&mut inner.watchers),
                reason,
            )
        };
        for result in pending.into_values() {
            result.settle(Err(Error::Revoked(Arc::clone(&reason))));
        }
        for watcher in watchers {
            watcher(&reason);
        }
        drop(targets);
    }

    /// Has `watcher` called on revocation; at once if that was before.
    pub(super) fn watch(&self, watcher: Watcher) {
        let mut inner = self.0.lock();
        match inner.revoked.clone() {
            None => inner.watchers.push(watcher),
            Some(reason) => {
                drop(inner);
                watcher(&reason);
            }
        }
    }

    /// Returns whether [`revoke`](Self::revoke) was called.
    pub fn is_revoked(&self) -> bool {
        self.0.lock().revoked.is_some()
    }

    /// Puts a reference in care and returns the one to hand out.
    pub(crate) fn revocable_stub(&self, stub: &Stub) -> Stub {
        wrap(stub, |stub| self.take_care_of(stub))
    }

    fn take_care_of(&self, stub: Stub) -> Cap {
        let id = {
            let mut inner = self.0.lock();
            let id = inner.next();
            if inner.revoked.is_none() {
                inner.targets.insert(id, stub);
            }
            id
        };
        Cap::new(Caretaker {
            gate: Arc::clone(&self.0),
            id,
        })
    }
}

impl Default for Revoker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Revoker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Revoker")
            .field("revoked", &self.is_revoked())
            .finish_non_exhaustive()
    }
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets one call in: keeps its result where revocation finds it, and gives out the target with
    /// the right to settle what the call really gives.
    fn enter(self: &Arc<Self>, id: u64, result: Resolver) -> Option<(Stub, Resolver)> {
        let mut inner = self.lock();
        let Some(target) = inner.targets.get(&id).cloned() else {
            let reason = inner.revoked.clone().unwrap_or_else(|| "".into());
            drop(inner);
            result.settle(Err(Error::Revoked(reason)));
            return None;
        };
        let (outcome, settle) = promise();
        let settle = settle.on_behalf_of(&result);
        result.wait_for(&outcome);
        let ticket = inner.next();
        inner.pending.insert(ticket, result);
        drop(inner);
        let ticket = Ticket {
            gate: Arc::clone(self),
            ticket,
        };
        outcome.when_settled(Waiter::new(move |outcome| ticket.redeem(outcome)));
        Some((target, settle))
    }
}

impl Guard for Gate {
    fn check(&self) -> Result<(), Error> {
        match &self.lock().revoked {
            Some(reason) => Err(Error::Revoked(Arc::clone(reason))),
            None => Ok(()),
        }
    }
}

/// The place of one pending call. Dropped when nobody wants the result any more.
struct Ticket {
    gate: Arc<Gate>,
    ticket: u64,
}

impl Ticket {
    /// Gives the outcome to the caller, unless revocation came first.
    fn redeem(self, outcome: &Outcome) {
        if let Some(result) = self.take() {
            result.settle(outcome.clone());
        }
    }

    fn take(&self) -> Option<Resolver> {
        self.gate.lock().pending.remove(&self.ticket)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl Inner {
    fn next(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.next
    }
}

struct Caretaker {
    gate: Arc<Gate>,
    id: u64,
}

impl Hook for Caretaker {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        if let Some((target, settle)) = self.gate.enter(self.id, result) {
            target.pass_call(path, args, settle);
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            // The target must not slip out as its own value.
            return result.settle(Ok(itself(self)));
        }
        if let Some((target, settle)) = self.gate.enter(self.id, result) {
            target.pass_read(path, settle);
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    /// What has not run of the mapper when the reference is revoked does not run at all.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        let gate = Arc::clone(&self.gate);
        map_value(self, path, mapper.guarded(gate), result);
    }

    fn inner(&self) -> Option<Stub> {
        self.gate.lock().targets.get(&self.id).cloned()
    }
}

impl Drop for Caretaker {
    fn drop(&mut self) {
        let target = self.gate.lock().targets.remove(&self.id);
        drop(target);
    }
}
