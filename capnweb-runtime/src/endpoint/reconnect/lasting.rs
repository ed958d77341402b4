//! References that last: each knows how it was derived, and leads there in whatever session there is.

use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, LazyLock, PoisonError};

use super::core::{Core, Tether, Up};
use super::waiting::{Action, Waiting};
use crate::error::{Disconnect, Error};
use crate::hook::{
    Brand, BrandKey, Cap, Hook, Mapper, OnBroken, Resolver, State, Stub, Value, Waiter, itself,
    promise,
};
use crate::ids::ImportRef;
use crate::sync::{Mutex, MutexGuard};
use crate::value::Path;

/// A reference that is found anew in each session. All that is done with it is done in the session
/// of that moment, or waits for one.
pub(super) struct Reference {
    tether: Arc<Tether>,
    derivation: Derivation,
    interface: &'static str,
    found: Mutex<Option<Found>>,
}

/// How a reference is found.
enum Derivation {
    /// It is what a session begins with.
    Main,
    /// Something is called for it, again in every session.
    Called(Derive),
}

/// Calls for a reference.
pub(super) type Derive = Box<dyn Fn() -> Cap + Send + Sync>;

/// What a reference has led to.
struct Found {
    generation: u64,
    cap: Cap,
}

/// The capability that a program holds.
struct Lasting(Arc<Reference>);

/// Returns a reference to what sessions begin with.
pub(super) fn main(tether: &Arc<Tether>, interface: &'static str) -> Stub {
    stub(tether, Derivation::Main, interface)
}

/// Returns a reference to what `derive` gives.
pub(super) fn derived(tether: &Arc<Tether>, derive: Derive, interface: &'static str) -> Stub {
    stub(tether, Derivation::Called(derive), interface)
}

fn stub(tether: &Arc<Tether>, derivation: Derivation, interface: &'static str) -> Stub {
    Stub::of(Cap::new(Lasting(Arc::new(Reference {
        tether: Arc::clone(tether),
        derivation,
        interface,
        found: Mutex::default(),
    }))))
}

/// Returns the reference that a stub is, or is a wrapper of.
pub(super) fn reference_behind(stub: &Stub) -> Option<Arc<Reference>> {
    MARK.unseal_stub(stub)
}

/// By which they know each other.
static MARK: LazyLock<Brand<Reference>> = LazyLock::new(Brand::new);

impl Reference {
    /// Does something with it in a session. What this returns is the promise of that session, which is
    /// called through like any other.
    pub(super) fn act(&self, up: &Arc<Up>, action: Action) -> Cap {
        let target = self.find_in(up);
        action.prepare(up);
        let promise = action.begin(&target);
        match refused(&promise) {
            // It had just ended.
            Some(why) if target.import().is_some() && up.session.is_ended() => {
                Cap::settled(Err(Error::NotSent(why)))
            }
            _ => promise,
        }
    }

    /// Returns what it leads to in a session. What was called for and has failed is called for again.
    pub(super) fn find_in(&self, up: &Arc<Up>) -> Cap {
        let Derivation::Called(derive) = &self.derivation else {
            return up.main.clone();
        };
        let found = self.found_in(up.generation);
        if let Some(found) = found.filter(|found| !has_failed(found)) {
            return found;
        }
        let derived = within(self.core(), up, derive);
        // Asked for, so that it is known if it fails.
        derived.when_settled(Waiter::new(|_| ()));
        self.keep(up.generation, derived)
    }

    fn found_in(&self, generation: u64) -> Option<Cap> {
        let found = self.found();
        let found = found.as_ref()?;
        (found.generation == generation).then(|| found.cap.clone())
    }

    /// Remembers what was found, unless somebody has found it meanwhile, and returns it.
    fn keep(&self, generation: u64, cap: Cap) -> Cap {
        if let Some(other) = self.found_in(generation).filter(|cap| !has_failed(cap)) {
            return other;
        }
        let found = Found {
            generation,
            cap: cap.clone(),
        };
        let before = self.found().replace(found);
        drop(before);
        cap
    }

    fn begin(self: &Arc<Self>, action: Action) -> Cap {
        if let Some(up) = self.up() {
            return self.act(&up, action);
        }
        let (promise, result) = promise();
        self.core()
            .wait(Waiting::new(Arc::clone(self), action, result));
        promise
    }

    fn begin_for(self: &Arc<Self>, action: Action, result: Resolver) {
        match self.up() {
            Some(up) => result.follow(self.act(&up, action)),
            None => self
                .core()
                .wait(Waiting::new(Arc::clone(self), action, result)),
        }
    }

    /// Returns the session to do something in: that in which something is being derived, or the
    /// current one.
    fn up(&self) -> Option<Arc<Up>> {
        session_within(self.core()).or_else(|| self.core().up())
    }

    fn core(&self) -> &Arc<Core> {
        self.tether.core()
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the id of what it leads to, as far as that is known. Called under the lock of a session:
    /// nothing is let go of here.
    fn import(&self) -> Option<ImportRef> {
        match &self.derivation {
            Derivation::Main => self.core().main_import(),
            Derivation::Called(_) => {
                let found = self.found();
                import_at_end(&found.as_ref()?.cap)
            }
        }
    }
}

impl Hook for Lasting {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.0.begin_for(Action::Call { path, args }, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.settle(Ok(itself(self)));
        }
        self.0.begin_for(Action::Read { path }, result);
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        self.0.begin_for(Action::Map { path, mapper }, result);
    }

    fn call_promise(self: Arc<Self>, path: Path, args: Vec<Value>) -> Cap {
        self.0.begin(Action::Call { path, args })
    }

    fn read_promise(self: Arc<Self>, path: Path) -> Cap {
        if path.is_empty() {
            return Cap::settled(Ok(itself(self)));
        }
        self.0.begin(Action::Read { path })
    }

    fn map_promise(self: Arc<Self>, path: Path, mapper: Mapper) -> Cap {
        self.0.begin(Action::Map { path, mapper })
    }

    fn fetch(self: Arc<Self>) -> Cap {
        self.0.begin(Action::Fetch)
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    /// It breaks with the client, and not with a connection.
    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.0.core().on_broken(callback);
    }

    fn import(&self) -> Option<ImportRef> {
        self.0.import()
    }

    /// Anything that a peer holds may be one.
    fn is_method(&self) -> bool {
        true
    }

    fn interface(&self) -> Option<&'static str> {
        Some(self.0.interface)
    }

    fn content(&self, key: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        MARK.has(key)
            .then(|| Arc::clone(&self.0) as Arc<dyn Any + Send + Sync>)
    }
}

/// Returns why nothing was sent of what has given this promise, if that is so: what was sent is an
/// import.
fn refused(promise: &Cap) -> Option<Disconnect> {
    let mut here = promise.clone();
    while here.import().is_none() {
        match here.state() {
            State::Following(next) => here = next,
            State::Settled(outcome) => {
                return outcome.as_ref().as_ref().err()?.disconnect().cloned();
            }
            State::Object | State::Pending => return None,
        }
    }
    None
}

/// Returns whether it is a promise that has failed.
fn has_failed(cap: &Cap) -> bool {
    let mut state = cap.state();
    loop {
        match state {
            State::Following(next) => state = next.state(),
            State::Settled(outcome) => return outcome.is_err(),
            State::Object | State::Pending => return false,
        }
    }
}

/// Returns the id of what a promise has become.
fn import_at_end(cap: &Cap) -> Option<ImportRef> {
    match cap.state() {
        State::Following(next) => import_at_end(&next),
        State::Settled(outcome) => match outcome.as_ref() {
            Ok(Value::Capability(stub)) if stub.path().is_empty() => import_at_end(stub.cap()),
            _ => None,
        },
        State::Object | State::Pending => cap.import(),
    }
}

thread_local! {
    /// The sessions in which something is being derived on this thread, innermost last.
    static WITHIN: RefCell<Vec<(Arc<Core>, Arc<Up>)>> = const { RefCell::new(Vec::new()) };
}

/// Takes the innermost one back.
struct Leave;

/// Derives something in a session, and in no other, even if that is not the current one any more.
fn within(core: &Arc<Core>, up: &Arc<Up>, derive: &Derive) -> Cap {
    WITHIN.with_borrow_mut(|within| within.push((Arc::clone(core), Arc::clone(up))));
    let _leave = Leave;
    derive()
}

fn session_within(core: &Arc<Core>) -> Option<Arc<Up>> {
    let find = |within: &Vec<(Arc<Core>, Arc<Up>)>| {
        let mut within = within.iter().rev();
        let (_, up) = within.find(|(other, _)| Arc::ptr_eq(core, other))?;
        Some(Arc::clone(up))
    };
    // A thread that is ending derives nothing.
    WITHIN.try_with(|within| find(&within.borrow())).ok()?
}

impl Drop for Leave {
    fn drop(&mut self) {
        let left = WITHIN.with_borrow_mut(Vec::pop);
        drop(left);
    }
}
