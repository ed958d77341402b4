//! Readable streams as capabilities: a source of chunks that is taken once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use super::nature::{Nature, not_mapped};
use crate::error::{Error, Unsendable};
use crate::hook::cap::{Cap, Hook, OnBroken, itself};
use crate::hook::hardening::bury;
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Mapper, Stub, Value};
use crate::value::Path;

/// Where the chunks of a stream come from.
pub(crate) trait Source: Send + 'static {
    /// Asks for the next chunk. After an error, and after the end, there is nothing more to ask for.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Value, Error>>>;

    /// Tells the other side that nobody will ask any more, and why. It need not be told twice, nor
    /// after the end.
    fn cancel(&mut self, reason: Error);

    /// Returns how many wrappers its chunks pass: each is a call inside another.
    fn layers(&self) -> usize {
        0
    }
}

/// A stream to read from, as a capability: it can be passed on, or read, but only by one.
pub(crate) struct Readable {
    unread: Mutex<Option<Unread>>,
    /// The stream that this one stands in front of: when that breaks, so does this.
    behind: Option<Stub>,
}

/// A source that nobody has begun to read; to drop it is to cancel it (protocol P-25).
struct Unread(Option<Box<dyn Source>>);

impl Readable {
    /// Makes a source into a capability.
    pub(crate) fn cap(source: Box<dyn Source>) -> Cap {
        Cap::new(Self::new(source))
    }

    /// Makes a source into a capability, whose chunks are those of another stream.
    pub(in crate::hook) fn in_front_of(behind: &Stub, source: Box<dyn Source>) -> Cap {
        let mut stream = Self::new(source);
        stream.behind = Some(behind.clone());
        Cap::new(stream)
    }

    /// Creates it, to be part of a capability.
    pub(in crate::hook) fn new(source: Box<dyn Source>) -> Self {
        Self {
            unread: Mutex::new(Some(Unread(Some(source)))),
            behind: None,
        }
    }

    /// Takes the source, if nobody has.
    pub(crate) fn take(&self) -> Option<Box<dyn Source>> {
        self.lock().take()?.0.take()
    }

    /// Puts a source back that was taken in vain.
    pub(crate) fn put_back(&self, source: Box<dyn Source>) {
        *self.lock() = Some(Unread(Some(source)));
    }

    /// Returns how many wrappers its chunks pass, as long as nobody has taken it.
    pub(in crate::hook) fn layers(&self) -> usize {
        let unread = self.lock();
        let source = unread.as_ref().and_then(|unread| unread.0.as_ref());
        source.map_or(0, |source| source.layers())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Unread>> {
        self.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hook for Readable {
    fn call(self: Arc<Self>, _: Path, args: Vec<Value>, result: Resolver) {
        drop(args);
        let text = "Cannot call methods on a ReadableStream stub";
        result.settle(Err(Error::new(text).public()));
    }

    fn read(self: Arc<Self>, _: Path, result: Resolver) {
        let text = "Cannot access properties on a ReadableStream stub";
        result.settle(Err(Error::new(text).public()));
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        result.settle(Err(not_mapped(&Nature::Readable(&self))));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        if let Some(behind) = &self.behind {
            behind.cap().on_broken(callback);
        }
    }

    fn nature(&self) -> Nature<'_> {
        Nature::Readable(self)
    }
}

impl Drop for Readable {
    fn drop(&mut self) {
        // Chunks may hold streams whose chunks hold streams: not by recursion.
        bury(self.lock().take());
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if let Some(mut source) = self.0.take() {
            let text = "ReadableStream RPC stub was disposed without being consumed";
            source.cancel(Error::new(text).public());
        }
    }
}

/// Returns how it fails to read, or to pass on, what somebody else reads or has.
pub(crate) const fn taken_already() -> Error {
    Error::Unsendable(Unsendable::StreamTaken)
}
