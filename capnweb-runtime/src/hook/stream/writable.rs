//! Writable streams as capabilities: the three calls they answer (protocol P-1, P-2).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::nature::{Lock, Nature, not_mapped};
use crate::error::{Error, Excerpt};
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::{Resolver, deliver_in_time};
use crate::hook::served::start;
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
    /// Was told to abort, for a reason that may not be there yet.
    aborting: AtomicBool,
}

impl<I: Intake> Writable<I> {
    /// Makes a capability of what takes chunks.
    pub(super) fn cap(intake: Arc<I>) -> Cap {
        Cap::new(Self {
            intake,
            lock: Lock::default(),
            aborting: AtomicBool::new(false),
        })
    }

    /// Aborts once the reason is there, which may be a promise as any argument may (protocol C-40),
    /// and is waited for no longer than any. One that cannot be had is the reason itself: nobody must
    /// wait for ever for more chunks.
    fn begin_abort(&self, reason: Value, result: Resolver) {
        self.aborting.store(true, Ordering::Release);
        let intake = Arc::clone(&self.intake);
        let call = result.describe();
        let aborting = async move {
            match deliver_in_time(vec![reason], &call).await {
                Ok(reason) => {
                    let reason = reason.into_iter().next().unwrap_or_default();
                    intake.abort(Error::thrown(reason), Some(result));
                }
                Err(error) => {
                    intake.abort(error.clone(), None);
                    result.settle(Err(error));
                }
            }
        };
        if start(Box::pin(aborting)).is_some() {
            let text = "A stream was aborted for a pending reason outside of a Tokio runtime.";
            self.intake.abort(Error::new(text), None);
        }
    }

    /// Does what must be done once nobody can write any more, unless it is being done.
    fn forsake(&self) {
        if !self.aborting.load(Ordering::Acquire) {
            self.intake.abandon();
        }
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
            "abort" => self.begin_abort(argument, result),
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
        result.settle(Err(not_mapped(&self.nature())));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn nature(&self) -> Nature<'_> {
        Nature::Writable(&self.lock)
    }

    fn abandon(&self) {
        self.forsake();
    }
}

impl<I: Intake> Drop for Writable<I> {
    fn drop(&mut self) {
        self.forsake();
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
