//! Calls, reads and chunks that pass a wrapper: converted on their way there, and what comes of them
//! on its way back.

use std::sync::Arc;

use super::conversion::{Conversion, convert_value, converting};
use crate::error::Error;
use crate::hook::cap::{Hook, OnBroken, itself, map_value};
use crate::hook::promise::{Resolver, promise};
use crate::hook::stream::{Nature, Room, Streamed};
use crate::hook::waiter::Waiter;
use crate::hook::wrapper::membrane::{Across, Origin};
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::{Mapper, Stub, Value};
use crate::value::Path;

/// What stands in front of a capability: who may pass, and what becomes of what they bring.
pub(in crate::hook::wrapper) trait Passage: Send + Sync + 'static {
    /// What becomes of capabilities.
    type Conversion: Conversion;

    /// Returns what becomes of those that go in.
    fn there(&self) -> Self::Conversion;

    /// Returns what becomes of those that come back.
    fn back(&self) -> Self::Conversion;

    /// Lets an operation in: returns what it is done to, and the right to settle it. Otherwise it has
    /// settled the result.
    fn enter(&self, operation: &Operation<'_>, result: Resolver) -> Option<(Stub, Resolver)>;

    /// Returns what is behind, as long as there is something.
    fn inner(&self) -> Option<Stub>;

    /// See [`Hook::shown`].
    fn shown(&self) -> Option<Stub> {
        self.inner()
    }

    /// Puts a mapper, which is applied to what comes back, under the conditions of the passage.
    fn guarded(&self, mapper: Mapper) -> Mapper {
        mapper
    }

    /// See [`Hook::on_broken`].
    fn on_broken(&self, callback: OnBroken) {
        if let Some(inner) = self.inner() {
            inner.into_cap().on_broken(callback);
        }
    }

    /// Returns whether one end of a stream is behind it.
    fn nature(&self) -> Nature<'_> {
        Nature::Object
    }

    /// See [`Hook::origin`].
    fn origin(&self, _: &Across) -> Origin {
        Origin::Elsewhere
    }
}

/// What is done to something behind a passage.
pub(in crate::hook::wrapper) enum Operation<'a> {
    /// It is called.
    Call(&'a Path, &'a [Value]),
    /// It is read.
    Read(&'a Path),
    /// It is written to, being a stream.
    Write(&'static str, &'a [Value]),
}

/// A wrapper that everything passes.
pub(in crate::hook::wrapper) struct Passing<P>(pub(in crate::hook::wrapper) P);

impl<P: Passage> Passing<P> {
    fn is_stream(&self) -> bool {
        !matches!(self.0.nature(), Nature::Object)
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

impl<P: Passage> Hook for Passing<P> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        let operation = Operation::Call(&path, &args);
        let Some((inner, result)) = self.0.enter(&operation, result) else {
            return;
        };
        match self.converted(Step::Arguments, args) {
            Ok(args) => inner.pass_call(path, args, self.returning(Step::Result, result)),
            Err(error) => result.settle(Err(error)),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() && !self.is_stream() && !left_out(Step::Itself) {
            // What is behind must not slip out as its own value.
            return result.settle(Ok(itself(self)));
        }
        if let Some((inner, result)) = self.0.enter(&Operation::Read(&path), result) {
            inner.pass_read(path, self.returning(Step::Property, result));
        }
    }

    /// It is applied on this side, where it can be stopped, to what comes back.
    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        match self.0.inner() {
            Some(inner) if self.is_stream() || left_out(Step::MappedHere) => {
                inner.cap().map(path, mapper, result);
            }
            _ => {
                let mapper = self.0.guarded(mapper);
                map_value(self, path, mapper, result);
            }
        }
    }

    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        let (answer, result) = promise();
        let operation = Operation::Write(method, &args);
        let Some((inner, result)) = self.0.enter(&operation, result) else {
            return Ok(Streamed { size: None, answer });
        };
        let args = self.converted(Step::Written, args)?;
        let streamed = inner.cap().stream(method, args)?;
        let result = self.returning(Step::Accepted, result);
        result.settle_from(&streamed.answer, Clone::clone);
        Ok(Streamed { answer, ..streamed })
    }

    fn room(self: Arc<Self>) -> Option<Room> {
        self.0.inner()?.cap().room()
    }

    fn abandon(&self) {
        if let Some(inner) = self.0.inner() {
            inner.cap().abandon();
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.0.on_broken(callback);
    }

    fn inner(&self) -> Option<Stub> {
        self.0.inner()
    }

    fn shown(&self) -> Option<Stub> {
        self.0.shown()
    }

    /// It is handed over together with what is behind it.
    fn nature(&self) -> Nature<'_> {
        self.0.nature()
    }

    fn origin(&self, across: &Across) -> Origin {
        self.0.origin(across)
    }
}
