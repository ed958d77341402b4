//! Pipes: where writes meet reads, without a buffer between them (protocol P-21 to P-24).

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use super::readable::{Readable, Source};
use super::writable::{Intake, Writable, closed_already};
use crate::error::Error;
use crate::hook::hardening::{Permit, bury};
use crate::hook::promise::{Delivery, Resolver};
use crate::hook::{Cap, Value};

/// Creates a pipe: the end to write to, the end to read from, and what is between.
pub(crate) fn pipe(permit: Option<Permit>) -> (Cap, Cap, Arc<Pipe>) {
    let pipe = Arc::new(Pipe {
        state: Mutex::new(State::new(permit)),
    });
    let reader = Reader {
        pipe: Arc::clone(&pipe),
        arriving: None,
    };
    let writable = Writable::cap(Arc::clone(&pipe));
    (writable, Readable::cap(Box::new(reader)), pipe)
}

/// What is between the two ends. A write stays unanswered until its chunk is asked for: what is
/// under way is bounded by the writer's window, and nothing is acknowledged that nobody wants.
pub(crate) struct Pipe {
    state: Mutex<State>,
}

struct State {
    unread: VecDeque<Write>,
    /// A chunk was asked for whose promises have not settled.
    arriving: bool,
    /// Somebody has begun to read.
    is_read: bool,
    phase: Phase,
    reader: Option<Waker>,
    /// The place among a session's open pipes. It is given back before the writer is told of the
    /// end, and may make another.
    permit: Option<Permit>,
}

struct Write {
    chunk: Value,
    result: Resolver,
}

enum Phase {
    /// Chunks may come.
    Open,
    /// The last chunk has come; answered when it is asked for.
    Closing(Resolver),
    /// There is nothing left.
    Closed,
    /// The writer has given up, or could not go on. The reader is told after nothing else.
    Failed(Error),
    /// The reader wants no more. Every write is told.
    Cancelled(Error),
}

/// The end to read from.
struct Reader {
    pipe: Arc<Pipe>,
    /// The chunk that was asked for, while promises in it are pending.
    arriving: Option<(Delivery, Resolver)>,
}

impl Pipe {
    /// Ends the pipe with its session: what is still to come will not. Chunks that are there, up to
    /// the end, may be read by who has begun to; else nobody may ever come, for all that refers to
    /// the reading end may lie in the pipe itself.
    pub(crate) fn disconnect(self: &Arc<Self>, reason: &Error) {
        let complete = {
            let state = self.lock();
            state.is_read && matches!(state.phase, Phase::Closing(_))
        };
        if !complete {
            self.end(Phase::Failed(reason.clone()), reason);
        }
    }

    /// Ends the pipe before its time, unless it has ended; what waits is refused.
    fn end(&self, phase: Phase, reason: &Error) {
        let (unread, closing, reader) = {
            let mut state = self.lock();
            if !matches!(state.phase, Phase::Open | Phase::Closing(_)) {
                return;
            }
            drop(state.permit.take());
            let before = std::mem::replace(&mut state.phase, phase);
            (
                std::mem::take(&mut state.unread),
                before,
                state.reader.take(),
            )
        };
        if let Some(reader) = reader {
            reader.wake();
        }
        for Write { chunk, result } in unread {
            bury(chunk);
            result.settle(Err(reason.clone()));
        }
        if let Phase::Closing(result) = closing {
            result.settle(Err(reason.clone()));
        }
    }

    /// Takes the next chunk for the reader, if there is one; otherwise says how things stand.
    fn next(&self, context: &Context<'_>) -> Poll<Option<Result<Write, Error>>> {
        let mut state = self.lock();
        state.is_read = true;
        if let Some(write) = state.unread.pop_front() {
            state.arriving = true;
            return Poll::Ready(Some(Ok(write)));
        }
        match &state.phase {
            Phase::Open | Phase::Closing(_) => {
                state.reader = Some(context.waker().clone());
                Poll::Pending
            }
            Phase::Failed(error) => Poll::Ready(Some(Err(error.clone()))),
            Phase::Closed | Phase::Cancelled(_) => Poll::Ready(None),
        }
    }

    /// Notes that the chunk that was asked for is there; if it was the last, the pipe is closed.
    fn arrived(&self) {
        let closing = {
            let mut state = self.lock();
            state.arriving = false;
            state.close_if_empty()
        };
        answer(closing);
    }

    /// Returns why the chunk that is arriving is not wanted any more.
    fn failure(&self, context: &Context<'_>) -> Option<Error> {
        let mut state = self.lock();
        state.reader = Some(context.waker().clone());
        match &state.phase {
            Phase::Failed(error) => Some(error.clone()),
            _ => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn new(permit: Option<Permit>) -> Self {
        Self {
            unread: VecDeque::new(),
            arriving: false,
            is_read: false,
            phase: Phase::Open,
            reader: None,
            permit,
        }
    }

    /// Closes after the last chunk; returns whom to tell.
    fn close_if_empty(&mut self) -> Option<Resolver> {
        if self.arriving || !self.unread.is_empty() || !matches!(self.phase, Phase::Closing(_)) {
            return None;
        }
        drop(self.permit.take());
        match std::mem::replace(&mut self.phase, Phase::Closed) {
            Phase::Closing(result) => Some(result),
            _ => None,
        }
    }

    /// Returns why nothing can be written, if so.
    fn refusal(&self) -> Option<Error> {
        match &self.phase {
            Phase::Open => None,
            Phase::Closing(_) | Phase::Closed => Some(closed_already()),
            Phase::Failed(error) | Phase::Cancelled(error) => Some(error.clone()),
        }
    }
}

impl Intake for Pipe {
    fn write(self: &Arc<Self>, chunk: Value, result: Resolver) {
        let mut state = self.lock();
        if let Some(error) = state.refusal() {
            drop(state);
            bury(chunk);
            return result.settle(Err(error));
        }
        state.unread.push_back(Write { chunk, result });
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    fn close(self: &Arc<Self>, result: Resolver) {
        let mut state = self.lock();
        if let Some(error) = state.refusal() {
            drop(state);
            return result.settle(Err(error));
        }
        state.phase = Phase::Closing(result);
        let closing = state.close_if_empty();
        let reader = state.reader.take();
        drop(state);
        if let Some(reader) = reader {
            reader.wake();
        }
        answer(closing);
    }

    fn abort(self: &Arc<Self>, reason: Error, result: Option<Resolver>) {
        self.end(Phase::Failed(reason.clone()), &reason);
        answer(result);
    }

    /// What was closed runs to its end.
    fn abandon(self: &Arc<Self>) {
        if matches!(self.lock().phase, Phase::Open) {
            self.abort(Error::new(super::writable::DISPOSED).public(), None);
        }
    }
}

impl Source for Reader {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Value, Error>>> {
        loop {
            if let Some((delivery, _)) = &mut self.arriving {
                let arrived = match self.pipe.failure(context) {
                    Some(error) => Err(error),
                    None => ready!(Pin::new(delivery).poll(context)),
                };
                return Poll::Ready(Some(self.conclude(arrived)));
            }
            match ready!(self.pipe.next(context)) {
                Some(Ok(Write { chunk, result })) => {
                    self.arriving = Some((Delivery::begin(chunk), result));
                }
                Some(Err(error)) => {
                    self.cancel(error.clone());
                    return Poll::Ready(Some(Err(error)));
                }
                None => return Poll::Ready(None),
            }
        }
    }

    fn cancel(&mut self, reason: Error) {
        if let Some((_, result)) = self.arriving.take() {
            result.settle(Err(reason.clone()));
        }
        self.pipe.end(Phase::Cancelled(reason.clone()), &reason);
    }
}

impl Reader {
    /// Answers the write whose chunk is there. If it could not be had, the stream has failed: what
    /// came after it is not the stream that was sent.
    fn conclude(&mut self, arrived: Result<Value, Error>) -> Result<Value, Error> {
        let result = self.arriving.take().map(|(_, result)| result);
        match &arrived {
            Ok(_) => {
                answer(result);
                self.pipe.arrived();
            }
            Err(error) => {
                if let Some(result) = result {
                    result.settle(Err(error.clone()));
                }
                self.cancel(error.clone());
            }
        }
        arrived
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.cancel(Error::new("The ReadableStream was dropped before its end").public());
    }
}

fn answer(result: Option<Resolver>) {
    if let Some(result) = result {
        result.settle(Ok(Value::Undefined));
    }
}
