//! Running handlers: first inline, in order; what is still pending then becomes a task.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;

use super::call::Call;
use super::cap::Outcome;
use super::interface::Cancel;
use super::resolver::Resolver;
use crate::error::Error;

/// How many handlers may be polled inside one another's first poll before one is handed to the
/// runtime instead: local objects that call each other must not exhaust the stack.
const MAX_INLINE: usize = 32;

thread_local! {
    static INLINE: Cell<usize> = const { Cell::new(0) };
}

type Handler = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Starts `handler`, so that whatever it does before it first waits happens now, in the order of
/// the calls (protocol C-50), and settles `result` with what it returns.
///
/// A panic becomes a rejection that does not tell what it said.
pub(super) fn run(
    handler: impl Future<Output = Outcome> + Send + 'static,
    call: Call,
    cancel: Cancel,
    result: Resolver,
) {
    let handler = AssertUnwindSafe(handler).catch_unwind();
    let mut handler: Handler = Box::pin(async move {
        handler
            .await
            .unwrap_or_else(|_| Err(Error::new("The method panicked.")))
    });
    match poll_inline(handler.as_mut()) {
        Poll::Ready(outcome) => result.settle(outcome),
        Poll::Pending => match tokio::runtime::Handle::try_current() {
            Ok(runtime) if cancel == Cancel::Cooperative && call.time_limit().is_none() => {
                drop(runtime.spawn(async move { result.settle(handler.await) }));
            }
            Ok(runtime) => drop(runtime.spawn(finish(handler, call, cancel, result))),
            Err(_) => result.settle(Err(Error::new(
                "A method that waits was called outside of a Tokio runtime.",
            ))),
        },
    }
}

fn poll_inline(handler: Pin<&mut (dyn Future<Output = Outcome> + Send)>) -> Poll<Outcome> {
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

/// Waits for a handler that may come to be unwanted.
///
/// One that is past its deadline fails, whatever it says at that moment; if it is not to be dropped,
/// it runs on, unobserved, and keeps its place among the calls in flight, so that a peer cannot have
/// more of them running than it may.
async fn finish(mut handler: Handler, call: Call, cancel: Cancel, result: Resolver) {
    tokio::select! {
        biased;
        late = call.overdue() => {
            let place = result.settle_early(Err(late));
            if cancel == Cancel::Cooperative {
                drop(handler.await);
            }
            drop(place);
        }
        outcome = &mut handler => result.settle(outcome),
        () = call.let_go(), if cancel == Cancel::Drop => {
            drop(handler);
            result.settle(Err(Error::new("The call was cancelled.")));
        }
    }
}
