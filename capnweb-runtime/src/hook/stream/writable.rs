//! Writable streams as capabilities: the three calls they answer (protocol P-1, P-2).

use std::sync::Arc;

use super::nature::{Lock, Nature};
use crate::error::{Error, Excerpt};
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::hook::{Mapper, Value};
use crate::value::{Path, Segment};

/// What becomes of the chunks that are written to a stream.
///
/// Each answers its call when it is done: a write when its chunk was accepted, in the order they
/// came.
pub(super) trait Intake: Send + Sync + 'static {
    /// Takes a chunk, in which promises may be pending.
    fn write(self: &Arc<Self>, chunk: Value, result: Resolver);

    /// Ends the stream after the chunks that came before.
    fn close(self: &Arc<Self>, result: Resolver);

    /// Ends the stream now; chunks that were not accepted are refused. There may be nobody to tell.
    fn abort(self: &Arc<Self>, reason: Error, result: Option<Resolver>);

    /// Does what must be done if nobody can write any more: unless it was closed or aborted, it is
    /// aborted (protocol P-6).
    fn abandon(self: &Arc<Self>) {
        self.abort(Error::new(DISPOSED).public(), None);
    }
}

/// A stream to write to, as a capability.
pub(super) struct Writable<I: Intake> {
    intake: Arc<I>,
    lock: Lock,
}

impl<I: Intake> Writable<I> {
    /// Makes a capability of what takes chunks.
    pub(super) fn cap(intake: Arc<I>) -> Cap {
        let lock = Lock::default();
        Cap::new(Self { intake, lock })
    }
}

impl<I: Intake> Hook for Writable<I> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        let [Segment::Name(method)] = path.segments() else {
            let text = "WritableStream stub only supports direct method calls";
            return result.settle(Err(Error::new(text).public()));
        };
        let mut args = args.into_iter();
        let argument = args.next().unwrap_or_default();
        drop(args);
        match method.as_ref() {
            "write" => self.intake.write(argument, result),
            "close" => self.intake.close(result),
            "abort" => self.intake.abort(Error::thrown(argument), Some(result)),
            other => {
                let name = Excerpt::of_text(other);
                let text = format!("Unknown WritableStream method: {name}");
                result.settle(Err(Error::new(text).public()));
            }
        }
    }

    fn read(self: Arc<Self>, _: Path, result: Resolver) {
        let text = "Cannot access properties on a WritableStream stub";
        result.settle(Err(Error::new(text).public()));
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        let text = "Cannot use map() on a WritableStream";
        result.settle(Err(Error::new(text).public()));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn nature(&self) -> Nature<'_> {
        Nature::Writable(&self.lock)
    }

    fn abandon(&self) {
        self.intake.abandon();
    }
}

impl<I: Intake> Drop for Writable<I> {
    fn drop(&mut self) {
        self.intake.abandon();
    }
}

/// Returns how it fails to write to, or to close, what was closed.
pub(super) fn closed_already() -> Error {
    Error::type_error("Invalid state: WritableStream is closed")
        .with_prop("code", Value::String("ERR_INVALID_STATE".to_owned()))
        .public()
}

/// The reason with which a stream is aborted that nobody can write to any more.
pub(super) const DISPOSED: &str = "WritableStream RPC stub was disposed without calling close()";
