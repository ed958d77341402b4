//! Running handlers: first inline, in order; what is still pending then becomes a task.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::call::Call;
use super::interface::{Cancel, Reply};
use super::watch::{End, Method, Watch};
use crate::audit::Decision;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::Outcome;
use crate::hook::deadline::Deadline;
use crate::hook::note::Note;
use crate::hook::promise::{Resolver, contains_promise, deliver_in_time};
use crate::hook::wrapper::{Entered, Passage};

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
    let Some(_nested) = Nested::enter() else {
        return Ok(First::Pending(Box::pin(async { begin().await })));
    };
    catch_unwind(AssertUnwindSafe(|| {
        let mut handler = begin();
        match poll_once(handler.as_mut()) {
            Poll::Ready(outcome) => First::Ready(outcome),
            Poll::Pending => First::Pending(handler),
        }
    }))
}

/// Polls what, if it waits, is handed to a task, which polls again with a waker of its own.
fn poll_once<T>(work: Pin<&mut (dyn Future<Output = T> + Send)>) -> Poll<T> {
    work.poll(&mut Context::from_waker(Waker::noop()))
}

/// A place among the first polls inside one another, given back when dropped.
struct Nested {
    outer: usize,
}

impl Nested {
    /// Takes a place, if there is one left.
    fn enter() -> Option<Self> {
        let outer = DEPTH.get();
        if outer >= MAX_DEPTH {
            return None;
        }
        DEPTH.set(outer.saturating_add(1));
        Some(Self { outer })
    }
}

impl Drop for Nested {
    fn drop(&mut self) {
        DEPTH.set(self.outer);
    }
}

/// Begins a handler once its arguments are known; at once if they are.
pub(super) fn with_delivered(
    args: Vec<Value>,
    call: Call,
    entry: Entry,
    begin: impl FnOnce(Call, Vec<Value>) -> Reply + Send + 'static,
) -> Reply {
    if !args.iter().any(contains_promise) {
        return entry.enter(|| begin(call, args));
    }
    Box::pin(async move {
        let promised: Vec<_> = args.iter().map(contains_promise).collect();
        let mut args = deliver_in_time(args, &call).await?;
        if let Some(passage) = &entry.passage {
            let promised = args
                .iter_mut()
                .zip(promised)
                .filter(|(_, promised)| *promised);
            for (arg, _) in promised {
                *arg = passage.sever_argument(std::mem::take(arg))?;
            }
        }
        entry.enter(|| begin(call, args)).await
    })
}

/// What a call brings to where its handler is entered.
pub(super) struct Entry {
    /// What it has come through.
    passage: Option<Arc<Passage>>,
    /// What is noted of it, if the session is audited.
    note: Option<Arc<Note>>,
}

impl Entry {
    /// Enters a handler, which is the last moment at which it can be kept from beginning.
    fn enter(self, begin: impl FnOnce() -> Reply) -> Reply {
        let entered = match self.passage.map(|passage| passage.enter()) {
            Some(Err(error)) => return Box::pin(std::future::ready(Err(error))),
            Some(Ok(entered)) => Some(entered),
            None => None,
        };
        if let Some(note) = self.note {
            note.decide(Decision::Admitted);
        }
        let handler = begin();
        match entered {
            Some(entered) => Box::pin(Inside {
                handler,
                _entered: entered,
            }),
            None => handler,
        }
    }
}

/// A handler that was entered, until it has ended or is dropped.
struct Inside {
    handler: Reply,
    _entered: Entered,
}

impl Future for Inside {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        self.handler.as_mut().poll(context)
    }
}

/// Starts `work` in the same way; returns it if it waits and there is no runtime to wait in.
pub(in crate::hook) fn start(
    mut work: Pin<Box<dyn Future<Output = ()> + Send>>,
) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
    if let Some(_nested) = Nested::enter()
        && poll_once(work.as_mut()).is_ready()
    {
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

impl Running {
    /// Begins a call; also returns what its handler is told of it.
    pub(super) fn begin(method: Method, cancel: Cancel, result: Resolver) -> (Self, Call) {
        let call = result.describe();
        let running = Self {
            watch: Watch::begin(method, result.session(), result.note().map(Arc::as_ref)),
            cancel,
            deadline: call.time_limit(),
            result,
        };
        (running, call)
    }

    /// Returns what the call brings to its handler.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            passage: self.result.passage().cloned(),
            note: self.result.note().cloned(),
        }
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

thread_local! {
    /// How many first polls go on inside one another.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// How many there may be before a handler is handed to the runtime instead: local objects that call
/// each other must not exhaust the stack.
const MAX_DEPTH: usize = 32;

const NO_RUNTIME: &str = "A method that waits was called outside of a Tokio runtime.";

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::{MAX_DEPTH, start};

    /// A sink that panics would use up a place of its thread's each time, until nothing was begun at
    /// once any more.
    #[test]
    fn what_panics_gives_its_place_back() {
        for _ in 0..=MAX_DEPTH {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                start(Box::pin(async { panic!("on purpose") }))
            }));
            assert!(panicked.is_err());
        }
        assert!(start(Box::pin(async {})).is_none(), "it is begun at once");
    }
}
