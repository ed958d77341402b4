//! Running handlers: first inline, in order; what is still pending then becomes a task.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::call::Call;
use super::interface::Cancel;
use super::watch::{End, Watch};
use crate::error::Error;
use crate::hook::cap::Outcome;
use crate::hook::promise::Resolver;

/// How many handlers may be polled inside one another's first poll before one is handed to the
/// runtime instead: local objects that call each other must not exhaust the stack.
const MAX_INLINE: usize = 32;

thread_local! {
    static INLINE: Cell<usize> = const { Cell::new(0) };
}

/// A handler; it yields what it returned, or what it panicked with.
type Handler = Pin<Box<dyn Future<Output = std::thread::Result<Outcome>> + Send>>;

/// Everything about a call but its handler.
pub(super) struct Running {
    pub(super) call: Call,
    pub(super) cancel: Cancel,
    pub(super) watch: Watch,
    pub(super) result: Resolver,
}

/// Starts `handler`, so that whatever it does before it first waits happens now, in the order of
/// the calls (protocol C-50), and settles the call's result with what it returns.
///
/// A panic becomes a rejection that does not tell what it said.
pub(super) fn run(handler: impl Future<Output = Outcome> + Send + 'static, running: Running) {
    let handler = AssertUnwindSafe(handler).catch_unwind();
    let mut handler: Handler = Box::pin(handler.instrument(running.watch.span().clone()));
    match poll_inline(handler.as_mut()) {
        Poll::Ready(returned) => running.finish(returned),
        Poll::Pending => match tokio::runtime::Handle::try_current() {
            Ok(runtime) if running.is_waited_for() => {
                drop(runtime.spawn(async move { running.finish(handler.await) }));
            }
            Ok(runtime) => drop(runtime.spawn(running.supervise(handler))),
            Err(_) => running.fail(End::Failed, Error::new(NO_RUNTIME)),
        },
    }
}

/// Starts `work` in the same way; returns it if it waits and there is no runtime to wait in.
pub(in crate::hook) fn start(
    mut work: Pin<Box<dyn Future<Output = ()> + Send>>,
) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
    if poll_inline(work.as_mut()).is_ready() {
        return None;
    }
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            drop(runtime.spawn(work));
            None
        }
        Err(_) => Some(work),
    }
}

fn poll_inline<T>(handler: Pin<&mut (dyn Future<Output = T> + Send)>) -> Poll<T> {
    let depth = INLINE.get();
    if depth >= MAX_INLINE {
        return Poll::Pending;
    }
    INLINE.set(depth.saturating_add(1));
    // The task that takes over polls again, with a waker of its own.
    let polled = handler.poll(&mut Context::from_waker(Waker::noop()));
    INLINE.set(depth);
    polled
}

impl Running {
    /// Returns whether the handler runs to its end, whatever happens.
    fn is_waited_for(&self) -> bool {
        self.cancel == Cancel::Cooperative && self.call.time_limit().is_none()
    }

    /// Waits for a handler that may come to be unwanted.
    ///
    /// One that is past its deadline fails, whatever it says at that moment; if it is not to be
    /// dropped, it runs on, unobserved, and keeps its place among the calls in flight, so that a
    /// peer cannot have more of them running than it may.
    async fn supervise(self, mut handler: Handler) {
        tokio::select! {
            biased;
            late = self.call.overdue() => {
                self.watch.end(End::TimedOut);
                if let Some(session) = self.call.session() {
                    session.counters().limit_hit("max_handler_time");
                }
                let place = self.result.settle_early(Err(late));
                if self.cancel == Cancel::Cooperative {
                    drop(handler.await);
                }
                drop(place);
            }
            returned = &mut handler => self.finish(returned),
            () = self.call.let_go(), if self.cancel == Cancel::Drop => {
                drop(handler);
                self.fail(End::Cancelled, Error::new("The call was cancelled."));
            }
        }
    }

    fn finish(self, returned: std::thread::Result<Outcome>) {
        match returned {
            Ok(outcome) => {
                self.watch.end(End::of(&outcome));
                self.result.settle(outcome);
            }
            Err(_) => self.fail(End::Panicked, Error::new("The method panicked.")),
        }
    }

    fn fail(self, end: End, error: Error) {
        self.watch.end(end);
        self.result.settle(Err(error));
    }
}

const NO_RUNTIME: &str = "A method that waits was called outside of a Tokio runtime.";
