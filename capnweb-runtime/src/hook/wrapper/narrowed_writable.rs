//! Streams to write to in what a facet hands out: what is written to them is narrowed on its way in.

use std::sync::Arc;

use super::attenuated::{Results, convert, narrow, narrowing};
use super::wrap::wrap;
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::stream::{Nature, Room, Streamed};
use crate::hook::waiter::Waiter;
use crate::hook::{Mapper, Stub, Value};
use crate::value::Path;

/// Returns a stream that hands on what is written to it with its capabilities narrowed: whoever holds
/// it gives no more away than its type says. What comes back, which is failures only, is narrowed too.
pub(super) fn narrow_writable(stream: &Stub, grant: Results) -> Stub {
    wrap(stream, |inner| Cap::new(Narrowed { inner, grant }))
}

struct Narrowed {
    inner: Stub,
    grant: Results,
}

impl Narrowed {
    fn narrowed(&self, args: Vec<Value>) -> Result<Vec<Value>, Error> {
        let narrowed = args.into_iter().map(|arg| narrow(arg, self.grant));
        narrowed.collect()
    }
}

impl Hook for Narrowed {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        match self.narrowed(args) {
            Ok(args) => {
                let result = narrowing(self.grant, result);
                self.inner.pass_call(path, args, result);
            }
            Err(error) => result.settle(Err(error)),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        self.inner.pass_read(path, narrowing(self.grant, result));
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        self.inner.cap().map(path, mapper, result);
    }

    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        let args = self.narrowed(args)?;
        let streamed = self.inner.cap().stream(method, args)?;
        let (answer, result) = promise();
        convert(&streamed.answer, self.grant, result);
        Ok(Streamed { answer, ..streamed })
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

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    /// It is handed over together with what is behind it.
    fn nature(&self) -> Nature<'_> {
        self.inner.cap().nature()
    }
}
