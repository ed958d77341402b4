//! Guards: a reference that passes what a policy admits.

use std::sync::Arc;

use super::convert::{Conversion, Untouched, convert_readable};
use super::method::guard_method;
use super::wrap::{broken, wrap};
use crate::audit::{Decision, Link, LinkKind};
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, Outcome, itself, map_value};
use crate::hook::map::Mapper;
use crate::hook::promise::{Resolver, contains_promise, deliver_in_time};
use crate::hook::served;
use crate::hook::stream::{Nature, Readable, Room, Streamed, not_mapped};
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::policy::{Crossing, CrossingKind, Denial, Direction, Policy, decide};
use crate::value::Path;

/// Returns a reference to the same object through which passes what the policy admits.
///
/// It guards this one reference, and not what results lead to; methods that are read as functions are
/// still this reference.
pub(crate) fn guarded(stub: &Stub, interface: Option<&'static str>, policy: impl Policy) -> Stub {
    let interface = interface.or_else(|| stub.interface());
    let guard = Guard::new(interface, Direction::Inward, Arc::new(policy));
    if let Nature::Readable(_) = stub.nature() {
        let chunks = convert_readable(stub, guard, Untouched);
        return chunks.map_or_else(broken, |chunks| {
            Stub::of(Readable::in_front_of(stub, chunks))
        });
    }
    wrap(stub, |inner| Cap::new(Guarded { inner, guard }))
}

/// A policy, and what it is told of everything that it is asked about.
#[derive(Clone)]
pub(super) struct Guard {
    interface: Option<&'static str>,
    /// Which way calls go.
    direction: Direction,
    policy: Arc<dyn Policy>,
}

impl Guard {
    pub(super) const fn new(
        interface: Option<&'static str>,
        direction: Direction,
        policy: Arc<dyn Policy>,
    ) -> Self {
        Self {
            interface,
            direction,
            policy,
        }
    }

    /// Asks the policy.
    pub(super) fn admit(
        &self,
        path: &Path,
        kind: CrossingKind,
        args: &[Value],
    ) -> Result<(), Denial> {
        let crossing = Crossing::inward(self.interface, path, kind, args);
        decide(
            self.policy.as_ref(),
            &match self.direction {
                Direction::Inward => crossing,
                Direction::Outward => crossing.outward(),
            },
        )
    }

    /// Asks about a call, and makes it by `pass` if it is admitted; once its arguments are there, if
    /// they matter.
    pub(super) fn call(
        self,
        path: Path,
        args: Vec<Value>,
        result: Resolver,
        pass: impl FnOnce(Path, Vec<Value>, Resolver) + Send + 'static,
    ) {
        if !self.waits_for(&args) {
            return match self.admit(&path, CrossingKind::Call, &args) {
                Ok(()) => pass(path, args, result),
                Err(denial) => deny_call(denial, path, args, result),
            };
        }
        let call = result.describe();
        let waiting = async move {
            match deliver_in_time(args, &call).await {
                Ok(args) => match result.refusal() {
                    None => self.call(path, args, result, pass),
                    Some(error) => result.settle(Err(error)),
                },
                Err(error) => result.settle(Err(error)),
            }
        };
        // Where there is no runtime to wait in, the call fails by being dropped.
        drop(served::start(Box::pin(waiting)));
    }

    /// Asks about something that is written to a stream. Chunks must not overtake each other, so that
    /// none is waited for.
    pub(super) fn write(&self, path: &Path, args: &[Value]) -> Result<(), Denial> {
        if self.waits_for(args) {
            return Err(Denial::new("a promise is not judged as part of a stream"));
        }
        self.admit(path, CrossingKind::Write, args)
    }

    /// Asks about something that is written to a stream as one of several calls.
    pub(super) fn write_to_stream(
        &self,
        method: &'static str,
        args: &[Value],
    ) -> Result<(), Error> {
        let path = Path::single(method);
        self.write(&path, args)
            .map_err(|denial| match denial.into_reason() {
                Some(reason) => Error::Denied(reason),
                None => Error::not_a_function(&path),
            })
    }

    fn waits_for(&self, args: &[Value]) -> bool {
        args.iter().any(contains_promise) && self.policy.looks_at_arguments()
    }

    /// Asks about a chunk that is read from a stream, which goes the other way than calls do.
    pub(super) fn admit_chunk(&self, chunk: &Value) -> Result<(), Error> {
        let guard = Self {
            direction: self.direction.reverse(),
            ..self.clone()
        };
        let asked = guard.admit(
            &Path::EMPTY,
            CrossingKind::Read,
            std::slice::from_ref(chunk),
        );
        asked.map_err(|denial| match denial.into_reason() {
            Some(reason) => Error::Denied(reason),
            None => Error::new("The stream is not there any more.").public(),
        })
    }
}

/// The chunks of a stream that is guarded are handed out if they are admitted, as they are.
impl Conversion for Guard {
    fn capability(&self, stub: &Stub) -> Result<Stub, Error> {
        Ok(stub.clone())
    }

    fn outcome(&self, chunk: Outcome) -> Outcome {
        let chunk = chunk?;
        self.admit_chunk(&chunk)?;
        Ok(chunk)
    }
}

/// Answers a call that was denied.
pub(super) fn deny_call(denial: Denial, path: Path, args: Vec<Value>, result: Resolver) {
    result.decide(Decision::Denied);
    match denial.into_reason() {
        Some(reason) => result.settle(Err(Error::Denied(reason))),
        None => served::call_absent(path, args, result),
    }
}

/// Answers a read that was denied.
pub(super) fn deny_read(denial: Denial, path: &Path, result: Resolver) {
    result.decide(Decision::Denied);
    match denial.into_reason() {
        Some(reason) => result.settle(Err(Error::Denied(reason))),
        None => served::read_absent(path, result),
    }
}

/// Answers a map over what was denied.
pub(super) fn deny_map(denial: Denial, path: &Path, mapper: Mapper, result: Resolver) {
    let (denied, read) = result.beside();
    deny_read(denial, path, read);
    denied.map(Path::EMPTY, mapper, result);
}

struct Guarded {
    inner: Stub,
    guard: Guard,
}

impl Guarded {
    /// Returns the right to settle `result` with what is read at `path`; a method that comes of it stays
    /// behind the guard.
    fn guarding_methods(&self, path: &Path, result: Resolver) -> Resolver {
        if path.segments().len() > 1 {
            return result;
        }
        let (guard, path) = (self.guard.clone(), path.clone());
        result.adapted(move |outcome| Ok(guard_method(outcome?, guard, path)))
    }
}

impl Hook for Guarded {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        if self.inner.is_stream() {
            return match self.guard.write(&path, &args) {
                Ok(()) => self.inner.pass_call(path, args, result),
                Err(denial) => deny_call(denial, path, args, result),
            };
        }
        let inner = self.inner.clone();
        let guard = self.guard.clone();
        guard.call(path, args, result, move |path, args, result| {
            inner.pass_call(path, args, result);
        });
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            // What is behind it must not slip out as its value.
            return result.settle(Ok(itself(self)));
        }
        match self.guard.admit(&path, CrossingKind::Get, &[]) {
            Ok(()) => {
                let result = self.guarding_methods(&path, result);
                self.inner.pass_read(path, result);
            }
            Err(denial) => deny_read(denial, &path, result),
        }
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if self.inner.is_stream() {
            return result.settle(Err(not_mapped(&self.nature())));
        }
        if path.is_empty() {
            return map_value(self, path, mapper, result);
        }
        match self.guard.admit(&path, CrossingKind::Map, &[]) {
            Ok(()) => {
                let (value, read) = result.beside();
                let read = self.guarding_methods(&path, read);
                self.inner.pass_read(path, read);
                value.map(Path::EMPTY, mapper, result);
            }
            Err(denial) => deny_map(denial, &path, mapper, result),
        }
    }

    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        self.guard.write_to_stream(method, &args)?;
        self.inner.cap().stream(method, args)
    }

    fn room(self: Arc<Self>) -> Option<Room> {
        self.inner.cap().room()
    }

    fn abandon(&self) {
        self.inner.cap().abandon();
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn interface(&self) -> Option<&'static str> {
        self.guard.interface
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Guard))
    }

    /// A stream to write to is handed over together with its guard.
    fn nature(&self) -> Nature<'_> {
        self.inner.nature()
    }
}
