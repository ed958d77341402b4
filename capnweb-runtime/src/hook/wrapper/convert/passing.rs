//! Calls, reads and chunks that pass a wrapper: converted on their way there, and what comes of them
//! on its way back.

use std::sync::Arc;

use super::conversion::{Conversion, convert_value, converting};
use crate::audit::Link;
use crate::error::Error;
use crate::hook::cap::{Hook, OnBroken, itself, map_value};
use crate::hook::promise::{Resolver, promise};
use crate::hook::stream::{Nature, Room, Streamed, not_mapped};
use crate::hook::waiter::Waiter;
use crate::hook::wrapper::guard::{Guard, deny_call, deny_map, deny_read};
use crate::hook::wrapper::membrane::{Across, Provenance};
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::{Mapper, Stub, Value};
use crate::policy::{CrossingKind, Denial};
use crate::value::Path;

/// What stands in front of a capability: who may pass, and what becomes of what they bring.
pub(in crate::hook::wrapper) trait Boundary:
    Send + Sync + 'static
{
    /// What becomes of capabilities.
    type Conversion: Conversion;

    /// Returns what becomes of those that go in.
    fn there(&self) -> Self::Conversion;

    /// Returns what becomes of those that come back.
    fn back(&self) -> Self::Conversion;

    /// Returns what is behind; fails if there is nothing any more.
    fn target(&self) -> Result<Stub, Error>;

    /// Begins something: returns the right to settle it, unless it has failed already.
    fn begin(&self, result: Resolver) -> Option<Resolver> {
        Some(result)
    }

    /// Returns who decides what may pass, if anybody does.
    fn guard(&self) -> Option<Guard> {
        None
    }

    /// See [`Hook::link`].
    fn link(&self) -> Option<Link> {
        None
    }

    /// See [`Hook::shown`].
    fn shown(&self) -> Option<Stub> {
        self.target().ok()
    }

    /// Puts a mapper, which is applied to what comes back, under the conditions of the boundary.
    fn restrict(&self, mapper: Mapper) -> Mapper {
        mapper
    }

    /// See [`Hook::on_broken`].
    fn on_broken(&self, callback: OnBroken) {
        if let Ok(target) = self.target() {
            target.into_cap().on_broken(callback);
        }
    }

    /// Returns whether one end of a stream is behind it.
    fn nature(&self) -> Nature<'_> {
        Nature::Object
    }

    /// See [`Hook::provenance`].
    fn provenance(&self, _: &Across) -> Provenance {
        Provenance::Elsewhere
    }
}

/// A wrapper that everything passes.
pub(in crate::hook::wrapper) struct Passing<P>(pub(in crate::hook::wrapper) P);

impl<P: Boundary> Passing<P> {
    fn is_stream(&self) -> bool {
        !matches!(self.0.nature(), Nature::Object)
    }

    fn admit(&self, path: &Path, kind: CrossingKind) -> Result<(), Denial> {
        let guard = self.0.guard();
        guard.map_or(Ok(()), |guard| guard.admit(path, kind, &[]))
    }

    fn pass_call(&self, path: Path, args: Vec<Value>, result: Resolver) {
        let target = self.0.target();
        let begun = target.and_then(|target| Ok((target, self.converted(Step::Arguments, args)?)));
        match begun {
            Ok((target, args)) => {
                target.pass_call(path, args, self.returning(Step::Result, result));
            }
            Err(error) => result.settle(Err(error)),
        }
    }

    fn pass_read(&self, path: Path, result: Resolver) {
        match self.0.target() {
            Ok(target) => target.pass_read(path, self.returning(Step::Property, result)),
            Err(error) => result.settle(Err(error)),
        }
    }

    /// Returns the right to settle a result with what has not been converted yet.
    fn returning(&self, step: Step, result: Resolver) -> Resolver {
        if left_out(step) {
            return result;
        }
        converting(self.0.back(), result)
    }

    fn converted(&self, step: Step, args: Vec<Value>) -> Result<Vec<Value>, Error> {
        if left_out(step) {
            return Ok(args);
        }
        let there = self.0.there();
        let args = args.into_iter().map(|arg| convert_value(arg, &there));
        args.collect()
    }
}

impl<P: Boundary> Hook for Passing<P> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        let Some(result) = self.0.begin(result) else {
            return;
        };
        let Some(guard) = self.0.guard() else {
            return self.pass_call(path, args, result);
        };
        if self.is_stream() {
            return match guard.write(&path, &args) {
                Ok(()) => self.pass_call(path, args, result),
                Err(denial) => deny_call(denial, path, args, result),
            };
        }
        guard.call(path, args, result, move |path, args, result| {
            self.pass_call(path, args, result);
        });
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() && !self.is_stream() {
            // What is behind must not slip out as its own value.
            return result.settle(Ok(itself(self)));
        }
        let Some(result) = self.0.begin(result) else {
            return;
        };
        match self.admit(&path, CrossingKind::Get) {
            Ok(()) => self.pass_read(path, result),
            Err(denial) => deny_read(denial, &path, result),
        }
    }

    /// It is applied on this side, where it can be stopped, to what comes back.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if self.is_stream() {
            return result.settle(Err(not_mapped(&self.0.nature())));
        }
        if left_out(Step::MappedHere) {
            return match self.0.target() {
                Ok(target) => target.cap().map(path, mapper, result),
                Err(error) => result.settle(Err(error)),
            };
        }
        let mapper = self.0.restrict(mapper);
        if path.is_empty() {
            return map_value(self, path, mapper, result);
        }
        if let Err(denial) = self.admit(&path, CrossingKind::Map) {
            return deny_map(denial, &path, mapper, result);
        }
        let (value, read) = result.beside();
        if let Some(read) = self.0.begin(read) {
            self.pass_read(path, read);
        }
        value.map(Path::EMPTY, mapper, result);
    }

    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        let (answer, result) = promise();
        let Some(result) = self.0.begin(result) else {
            return Ok(Streamed { size: None, answer });
        };
        if let Some(guard) = self.0.guard() {
            guard.write_to_stream(method, &args)?;
        }
        let args = self.converted(Step::Written, args)?;
        let streamed = self.0.target()?.cap().stream(method, args)?;
        let result = self.returning(Step::Accepted, result);
        result.settle_from(&streamed.answer, Clone::clone);
        Ok(Streamed { answer, ..streamed })
    }

    fn room(self: Arc<Self>) -> Option<Room> {
        self.0.target().ok()?.cap().room()
    }

    fn abandon(&self) {
        if let Ok(target) = self.0.target() {
            target.cap().abandon();
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.0.on_broken(callback);
    }

    fn inner(&self) -> Option<Stub> {
        self.0.target().ok()
    }

    fn link(&self) -> Option<Link> {
        self.0.link()
    }

    fn shown(&self) -> Option<Stub> {
        self.0.shown()
    }

    /// It is handed over together with what is behind it.
    fn nature(&self) -> Nature<'_> {
        self.0.nature()
    }

    fn provenance(&self, across: &Across) -> Provenance {
        self.0.provenance(across)
    }
}
