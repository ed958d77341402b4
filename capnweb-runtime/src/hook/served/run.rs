//! Running handlers: first inline, in order; what is still pending then becomes a task.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::call::Call;
use super::interface::{Cancel, Reply};
use super::watch::{End, Method, Watch};
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::Outcome;
use crate::hook::deadline::Deadline;
use crate::hook::promise::{Resolver, contains_promise, deliver_in_time};

/// How many handlers may be polled inside one another's first poll before one is handed to the
/// runtime instead: local objects that call each other must not exhaust the stack.
const MAX_INLINE: usize = 32;

thread_local! {
    static INLINE: Cell<usize> = const { Cell::new(0) };
}

/// Everything about a call but its handler.
pub(super) struct Running {
    watch: Watch,
    cancel: Cancel,
    deadline: Option<Deadline>,
    result: Resolver,
}

/// Starts a handler, so that whatever it does before it first waits happens now, in the order of
/// the calls (protocol C-50), and settles the call's result with what it returns.
///
/// A panic becomes a rejection that does not tell what it said.
pub(super) fn run(begin: impl FnOnce() -> Reply + Send + 'static, running: Running) {
    let first = running.watch.span().in_scope(|| first_poll(begin));
    match first {
        Ok(First::Ready(outcome)) => running.finish(Ok(outcome)),
        Ok(First::Pending(handler)) => running.go_on(handler),
        Err(panicked) => running.finish(Err(panicked)),
    }
}

/// What came of the first poll of a handler.
enum First {
    Ready(Outcome),
    Pending(Reply),
}

fn first_poll(begin: impl FnOnce() -> Reply + Send + 'static) -> std::thread::Result<First> {
    let depth = INLINE.get();
    if depth >= MAX_INLINE {
        return Ok(First::Pending(Box::pin(async { begin().await })));
    }
    INLINE.set(depth.saturating_add(1));
    let polled = catch_unwind(AssertUnwindSafe(|| {
        let mut handler = begin();
        // The task that takes over polls again, with a waker of its own.
        match handler
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(outcome) => First::Ready(outcome),
            Poll::Pending => First::Pending(handler),
        }
    }));
    INLINE.set(depth);
    polled
}

/// Begins a handler once its arguments are known; at once if they are.
pub(super) fn with_delivered(
    args: Vec<Value>,
    call: Call,
    begin: impl FnOnce(Call, Vec<Value>) -> Reply + Send + 'static,
) -> Reply {
    if !args.iter().any(contains_promise) {
        return begin(call, args);
    }
    Box::pin(async move {
        let args = deliver_in_time(args, &call).await?;
        begin(call, args).await
    })
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
    /// Begins a call; also returns what its handler is told of it.
    pub(super) fn begin(method: Method, cancel: Cancel, result: Resolver) -> (Self, Call) {
        let call = result.describe();
        let running = Self {
            watch: Watch::begin(method, result.session()),
            cancel,
            deadline: call.time_limit(),
            result,
        };
        (running, call)
    }

    /// Has a handler that waits go on as a task.
    fn go_on(self, handler: Reply) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return self.fail(End::Failed, Error::new(NO_RUNTIME));
        };
        let span = self.watch.span().clone();
        let handler = AssertUnwindSafe(handler).catch_unwind().instrument(span);
        if self.is_waited_for() {
            drop(runtime.spawn(async move { self.finish(handler.await) }));
        } else {
            drop(runtime.spawn(self.supervise(handler)));
        }
    }

    /// Returns whether the handler runs to its end, whatever happens.
    fn is_waited_for(&self) -> bool {
        self.cancel == Cancel::Cooperative && self.deadline.is_none()
    }

    /// Waits for a handler that may come to be unwanted.
    ///
    /// One that is past its deadline fails, whatever it says at that moment; if it is not to be
    /// dropped, it runs on, unobserved, and keeps its place among the calls in flight, so that a
    /// peer cannot have more of them running than it may.
    async fn supervise(self, handler: impl Future<Output = std::thread::Result<Outcome>> + Send) {
        let call = self.result.describe_until(self.deadline);
        let mut handler = Box::pin(handler);
        tokio::select! {
            biased;
            late = call.overdue() => {
                self.watch.end(End::TimedOut);
                if let Some(session) = self.result.session() {
                    session.counters().limit_hit("max_handler_time");
                }
                let place = self.result.settle_early(Err(late));
                if self.cancel == Cancel::Cooperative {
                    drop(handler.await);
                }
                drop(place);
            }
            returned = &mut handler => self.finish(returned),
            () = call.let_go(), if self.cancel == Cancel::Drop => {
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
