//! The capability handle and the trait behind it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::hardening::Charge;
use super::map::{Mapper, Mark};
use super::promise::{PromiseCell, Resolver, promise};
use super::stream::{Nature, Room, Streamed};
use super::waiter::Waiter;
use super::wrapper::{Across, BrandKey, Provenance};
use super::{Stub, Value};
use crate::audit::Link;
use crate::error::Error;
use crate::ids::ImportRef;
use crate::value::Path;

/// How a call, a read or a promise ended.
pub(crate) type Outcome = Result<Value, Error>;

/// Something that wants to know of the end of what it holds.
pub(crate) type OnBroken = Box<dyn FnOnce(&Error) + Send>;

/// What a capability is at this moment.
pub(crate) enum State {
    /// An object: local, or a peer's.
    Object,
    /// A promise that has not settled.
    Pending,
    /// A promise that has become another reference.
    Following(Cap),
    /// A promise that has settled.
    Settled(Arc<Outcome>),
}

/// Everything one can do with a capability: objects, remote references, promises and every wrapper
/// around them answer to this, so that there is one way for a call to travel.
///
/// No method is called while a session's lock is held, except [`state`](Self::state),
/// [`import`](Self::import), [`cell`](Self::cell), [`mark`](Self::mark), [`inner`](Self::inner) and
/// [`nature`](Self::nature), which run no code of a user and drop nothing.
pub(crate) trait Hook: Send + Sync + 'static {
    /// Calls what is at `path`; returns once the call is under way and in its place in the order.
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver);

    /// Reads what is at `path`.
    fn read(self: Arc<Self>, path: Path, result: Resolver);

    /// Applies a mapper to what a read of `path` would give: a wrapper to what it would let through.
    /// A remote reference has its peer do it.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        map_value(self, path, mapper, result);
    }

    /// Like [`call`](Self::call), with a promise of its own. A remote reference overrides this: its
    /// promise is the import itself.
    fn call_promise(self: Arc<Self>, path: Path, args: Vec<Value>) -> Cap {
        let (promise, result) = promise();
        self.call(path, args, result);
        promise
    }

    /// Like [`read`](Self::read), with a promise of its own.
    fn read_promise(self: Arc<Self>, path: Path) -> Cap {
        let (promise, result) = promise();
        self.read(path, result);
        promise
    }

    /// Calls a method of a writable stream, as one of several calls that are under way at once. An
    /// error says that it was not sent. A remote reference overrides this: what is here is for
    /// streams of this process.
    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        Ok(Streamed {
            size: None,
            answer: self.call_promise(Path::single(method), args),
        })
    }

    /// Returns the wait that is due before more is streamed, if there is one.
    fn room(self: Arc<Self>) -> Option<Room> {
        None
    }

    /// Tells a writable stream that nobody will write to it any more, whoever still refers to it.
    fn abandon(&self) {}

    /// Like [`map`](Self::map), with a promise of its own.
    fn map_promise(self: Arc<Self>, path: Path, mapper: Mapper) -> Cap {
        let (promise, result) = promise();
        self.map(path, mapper, result);
        promise
    }

    /// Reads what this stands for, of which this side may know no more than that it is an object.
    fn fetch(self: Arc<Self>) -> Cap {
        self.read_promise(Path::EMPTY)
    }

    /// Asks for the value: pulls it from the peer if need be, then tells the waiter. An object is
    /// its own value.
    fn when_settled(self: Arc<Self>, waiter: Waiter);

    /// Asks to be told when nothing can be had of the capability any more (protocol S-92). An object of
    /// this process does not break: what is in front of it may.
    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        if let Some(inner) = self.inner() {
            inner.into_cap().on_broken(callback);
        }
    }

    /// Returns what the capability is now.
    fn state(&self) -> State {
        State::Object
    }

    /// Returns the session and the id under which a peer holds the original, if one does.
    fn import(&self) -> Option<ImportRef> {
        None
    }

    /// Returns what the capability itself was sealed with under a brand.
    fn content(&self, _: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        None
    }

    /// Returns where it comes from, if it is about to cross a membrane.
    fn provenance(&self, _: &Across) -> Provenance {
        Provenance::Elsewhere
    }

    /// Returns the promise's cell, by which circles of promises are found.
    fn cell(&self) -> Option<&Arc<PromiseCell>> {
        None
    }

    /// Returns what it stands for in the recording of a mapper, if it is a placeholder.
    fn mark(&self) -> Option<Mark> {
        None
    }

    /// Returns what a wrapper hands its calls on to.
    fn inner(&self) -> Option<Stub> {
        None
    }

    /// Returns the part of [`inner`](Self::inner) in which the maker of it knows it again.
    fn shown(&self) -> Option<Stub> {
        self.inner()
    }

    /// Returns what a wrapper is called in the chain of references that a call comes through.
    fn link(&self) -> Option<Link> {
        None
    }

    /// Returns whether this is a method of some object, read as a function.
    fn is_method(&self) -> bool {
        false
    }

    /// Returns the name of the interface, where it is known. A wrapper asks what is behind it.
    fn interface(&self) -> Option<&'static str> {
        self.inner()?.interface()
    }

    /// Returns whether this is one end of a stream.
    fn nature(&self) -> Nature<'_> {
        Nature::Object
    }
}

/// A handle to a capability. The last handle's drop lets the capability go.
#[derive(Clone)]
pub(crate) struct Cap(Arc<dyn Hook>);

impl Cap {
    /// Wraps a hook.
    pub(crate) fn new(hook: impl Hook) -> Self {
        Self(Arc::new(hook))
    }

    /// Wraps a hook that is shared already.
    pub(crate) fn from_arc(hook: Arc<dyn Hook>) -> Self {
        Self(hook)
    }

    /// Creates a promise that has settled.
    pub(crate) fn settled(outcome: Outcome) -> Self {
        let (promise, result) = promise();
        result.settle(outcome);
        promise
    }

    /// Creates a promise that has settled to a value kept for a peer.
    pub(crate) fn kept(value: Value, charge: Option<Arc<Charge>>) -> Self {
        let promise = Self::settled(Ok(value));
        if let (Some(cell), Some(charge)) = (promise.cell(), charge) {
            cell.charge_to(charge);
        }
        promise
    }

    /// Returns whether both are the same handle.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// See [`Hook::call`].
    pub(crate) fn call(&self, path: Path, args: Vec<Value>, result: Resolver) {
        Arc::clone(&self.0).call(path, args, result);
    }

    /// Like [`call`](Self::call), for whoever needs the handle no more.
    pub(crate) fn into_call(self, path: Path, args: Vec<Value>, result: Resolver) {
        self.0.call(path, args, result);
    }

    /// See [`Hook::read`].
    pub(crate) fn read(&self, path: Path, result: Resolver) {
        Arc::clone(&self.0).read(path, result);
    }

    /// See [`Hook::call_promise`].
    pub(crate) fn call_promise(&self, path: Path, args: Vec<Value>) -> Self {
        Arc::clone(&self.0).call_promise(path, args)
    }

    /// See [`Hook::read_promise`].
    pub(crate) fn read_promise(&self, path: Path) -> Self {
        Arc::clone(&self.0).read_promise(path)
    }

    /// See [`Hook::stream`].
    pub(crate) fn stream(&self, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        Arc::clone(&self.0).stream(method, args)
    }

    /// See [`Hook::room`].
    pub(crate) fn room(&self) -> Option<Room> {
        Arc::clone(&self.0).room()
    }

    /// See [`Hook::abandon`].
    pub(crate) fn abandon(&self) {
        self.0.abandon();
    }

    /// See [`Hook::nature`].
    pub(crate) fn nature(&self) -> Nature<'_> {
        self.0.nature()
    }

    /// Returns whether this is a stream that is written to.
    pub(crate) fn is_writable(&self) -> bool {
        matches!(self.nature(), Nature::Writable(_))
    }

    /// See [`Hook::map`].
    pub(crate) fn map(&self, path: Path, mapper: Mapper, result: Resolver) {
        Arc::clone(&self.0).map(path, mapper, result);
    }

    /// See [`Hook::map_promise`].
    pub(crate) fn map_promise(&self, path: Path, mapper: Mapper) -> Self {
        Arc::clone(&self.0).map_promise(path, mapper)
    }

    /// See [`Hook::fetch`].
    pub(crate) fn fetch(&self) -> Self {
        Arc::clone(&self.0).fetch()
    }

    /// See [`Hook::mark`].
    pub(super) fn mark(&self) -> Option<Mark> {
        self.0.mark()
    }

    /// See [`Hook::when_settled`].
    pub(crate) fn when_settled(&self, waiter: Waiter) {
        Arc::clone(&self.0).when_settled(waiter);
    }

    /// See [`Hook::on_broken`].
    pub(crate) fn on_broken(&self, callback: OnBroken) {
        Arc::clone(&self.0).on_broken(callback);
    }

    /// See [`Hook::state`].
    pub(crate) fn state(&self) -> State {
        self.0.state()
    }

    /// See [`Hook::import`].
    pub(crate) fn import(&self) -> Option<ImportRef> {
        self.0.import()
    }

    /// Returns what the capability was sealed with under a brand, if it bears it. Wrappers, and
    /// promises that have become something else, are looked through.
    pub(crate) fn content(&self, key: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        let mut here = self.clone();
        loop {
            if let Some(content) = here.0.content(key) {
                return Some(content);
            }
            let next = here.behind().filter(|next| next.path().is_empty())?;
            here = next.into_cap();
        }
    }

    /// Returns the same, if nothing but promises is in front of what was sealed.
    pub(crate) fn own_content(&self, key: BrandKey) -> Option<Arc<dyn Any + Send + Sync>> {
        let mut here = self.clone();
        loop {
            if let Some(content) = here.0.content(key) {
                return Some(content);
            }
            let next = here.became().filter(|next| next.path().is_empty())?;
            here = next.into_cap();
        }
    }

    /// Returns what is behind a wrapper or a promise.
    fn behind(&self) -> Option<Stub> {
        match self.state() {
            State::Object | State::Pending => self.0.shown(),
            State::Following(_) | State::Settled(_) => self.became(),
        }
    }

    /// Returns the reference that a promise has become.
    fn became(&self) -> Option<Stub> {
        match self.state() {
            State::Following(next) => Some(Stub::of(next)),
            State::Settled(outcome) => match outcome.as_ref() {
                Ok(Value::Capability(stub)) => Some(stub.clone()),
                _ => None,
            },
            State::Object | State::Pending => None,
        }
    }

    /// See [`Hook::provenance`].
    pub(super) fn provenance(&self, across: &Across) -> Provenance {
        self.0.provenance(across)
    }

    /// Returns where the capability is, by which it is known as long as it lives.
    pub(super) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>().addr()
    }

    /// See [`Hook::link`].
    pub(super) fn link(&self) -> Option<Link> {
        self.0.link()
    }

    /// See [`Hook::interface`].
    pub(crate) fn interface(&self) -> Option<&'static str> {
        self.0.interface()
    }

    /// Returns whether this may be a method of some object, read as a function: what a peer holds, or
    /// what is not known yet, may be one.
    pub(super) fn may_be_method(&self) -> bool {
        if self.0.is_method() || self.import().is_some() {
            return true;
        }
        self.inner().is_some_and(|inner| {
            inner.is_promise() || !inner.path().is_empty() || inner.cap().may_be_method()
        })
    }

    /// See [`Hook::cell`].
    pub(super) fn cell(&self) -> Option<&Arc<PromiseCell>> {
        self.0.cell()
    }

    /// See [`Hook::inner`].
    pub(super) fn inner(&self) -> Option<Stub> {
        self.0.inner()
    }
}

/// Applies a mapper on this side, to what a read of `path` gives.
pub(crate) fn map_value<H: Hook + ?Sized>(
    hook: Arc<H>,
    path: Path,
    mapper: Mapper,
    result: Resolver,
) {
    if !path.is_empty() {
        let (value, read) = result.beside();
        hook.read(path, read);
        return value.map(Path::EMPTY, mapper, result);
    }
    hook.when_settled(Waiter::new(move |outcome| match outcome.as_ref() {
        Ok(value) => mapper.apply(value, result),
        Err(error) => result.settle(Err(error.clone())),
    }));
}

/// Returns an object's value, which is the object.
pub(crate) fn itself(object: Arc<dyn Hook>) -> Value {
    Value::Capability(Stub::of(Cap::from_arc(object)))
}

impl fmt::Debug for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state() {
            State::Object if self.import().is_some() => "Remote",
            State::Object => "Local",
            State::Pending => "Pending",
            State::Following(_) => "Following",
            State::Settled(_) => "Settled",
        })
    }
}
