//! Running handlers: first inline, in order; what is still pending then becomes a task.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;

use super::cap::Outcome;
use super::resolver::Resolver;
use crate::error::Error;

/// How many handlers may be polled inside one another's first poll before one is handed to the
/// runtime instead: local objects that call each other must not exhaust the stack.
const MAX_INLINE: usize = 32;

thread_local! {
    static INLINE: Cell<usize> = const { Cell::new(0) };
}

/// Starts `handler`, so that whatever it does before it first waits happens now, in the order of
/// the calls (protocol C-50), and settles `result` with what it returns.
///
/// A panic becomes a rejection that does not tell what it said.
pub(super) fn run(handler: impl Future<Output = Outcome> + Send + 'static, result: Resolver) {
    let handler = AssertUnwindSafe(handler).catch_unwind();
    let mut handler = Box::pin(async move {
        handler
            .await
            .unwrap_or_else(|_| Err(Error::new("The method panicked.")))
    });
    match poll_inline(handler.as_mut()) {
        Poll::Ready(outcome) => result.settle(outcome),
        Poll::Pending => match tokio::runtime::Handle::try_current() {
            Ok(runtime) => {
                drop(runtime.spawn(async move { result.settle(handler.await) }));
            }
            Err(_) => result.settle(Err(Error::new(
                "A method that waits was called outside of a Tokio runtime.",
            ))),
        },
    }
}

/// Starts `work` in the same way; returns it if it waits and there is no runtime to wait in.
pub(super) fn start(
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
