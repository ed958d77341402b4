//! The caretaker: a reference that can be taken back (Redell, 1974).

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::brand::BrandKey;
use super::cap::{Cap, Hook, Waiter};
use super::promise::{Resolver, promise};
use super::{Stub, Value};
use crate::error::Error;
use crate::value::Path;

/// Makes a reference to the same object that works until its revoker says otherwise.
pub(crate) fn revocable(stub: &Stub) -> (Stub, Revoker) {
    let revoker = Revoker::new();
    (revoker.guard(stub), revoker)
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
}

impl Revoker {
    /// Creates a revoker with nothing in its care.
    pub fn new() -> Self {
        let inner = Inner {
            revoked: None,
            next: 0,
            targets: HashMap::new(),
            pending: HashMap::new(),
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
    pub fn revoke(&self, reason: &str) {
        let (targets, pending, reason) = {
            let mut inner = self.0.lock();
            if inner.revoked.is_some() {
                return;
            }
            let reason: Arc<str> = reason.into();
            inner.revoked = Some(Arc::clone(&reason));
            (
                std::mem::take(&mut inner.targets),
                std::mem::take(&mut inner.pending),
                reason,
            )
        };
        for result in pending.into_values() {
            result.settle(Err(Error::Revoked(Arc::clone(&reason))));
        }
        drop(targets);
    }

    /// Returns whether [`revoke`](Self::revoke) was called.
    pub fn is_revoked(&self) -> bool {
        self.0.lock().revoked.is_some()
    }

    /// Puts a reference in care and returns the one to hand out.
    pub(crate) fn guard(&self, stub: &Stub) -> Stub {
        let id = {
            let mut inner = self.0.lock();
            let id = inner.next();
            if inner.revoked.is_none() {
                inner.targets.insert(id, stub.clone());
            }
            id
        };
        Stub::of(Cap::new(Caretaker {
            gate: Arc::clone(&self.0),
            id,
        }))
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

    /// Lets one call in: keeps its result where revocation finds it, and gives out the target.
    fn enter(&self, id: u64, result: Resolver) -> Option<(Stub, u64)> {
        let mut inner = self.lock();
        let Some(target) = inner.targets.get(&id).cloned() else {
            let reason = inner.revoked.clone().unwrap_or_else(|| "".into());
            drop(inner);
            result.settle(Err(Error::Revoked(reason)));
            return None;
        };
        let ticket = inner.next();
        inner.pending.insert(ticket, result);
        Some((target, ticket))
    }

    fn leave(self: &Arc<Self>, ticket: u64, promise: &Cap) {
        let gate = Arc::clone(self);
        promise.when_settled(Box::new(move |outcome| {
            let result = gate.lock().pending.remove(&ticket);
            if let Some(result) = result {
                result.settle(outcome.as_ref().clone());
            }
        }));
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
        let session = result.session();
        if let Some((target, ticket)) = self.gate.enter(self.id, result) {
            let (outcome, settle) = promise();
            target.cap().call(
                target.path().clone().join(path),
                args,
                settle.on_behalf_of(session),
            );
            self.gate.leave(ticket, &outcome);
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            // The target must not slip out as its own value.
            let this = Stub::of(Cap::from_arc(self));
            return result.settle(Ok(Value::Capability(this)));
        }
        if let Some((target, ticket)) = self.gate.enter(self.id, result) {
            let outcome = target.cap().read_promise(target.path().clone().join(path));
            self.gate.leave(ticket, &outcome);
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter(&Arc::new(Ok(Value::Capability(Stub::of(Cap::from_arc(
            self,
        ))))));
    }

    fn content(&self, key: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        // What is revoked designates nothing any more.
        let target = self.gate.lock().targets.get(&self.id).cloned()?;
        target.cap().content(key)
    }
}

impl Drop for Caretaker {
    fn drop(&mut self) {
        let target = self.gate.lock().targets.remove(&self.id);
        drop(target);
    }
}
