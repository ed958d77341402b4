//! Writers: the holder's side of a writable stream (protocol P-10 to P-18).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker, ready};

use tokio::time::Instant;

use super::flow::{Flow, Sent};
use super::nature::{Nature, Room, Streamed};
use super::readable::taken_already;
use super::writable::closed_already;
use crate::error::Error;
use crate::hook::cap::{Cap, Outcome};
use crate::hook::promise::Wait;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};

/// Writes to a stream: several chunks ahead of their answers, as many as its flow control allows,
/// or one by one if the stream is in this process. Dropping it lets go of the stream, whose sink is
/// aborted if it was not closed.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    /// The wait until what was sent has left this side.
    room: Option<Room>,
    closing: Option<Wait>,
}

struct Shared {
    epoch: Instant,
    state: Mutex<State>,
}

struct State {
    /// The stream, until it is over.
    stream: Option<Cap>,
    flow: Flow,
    /// The next write has to wait for an answer.
    blocked: bool,
    failed: Option<Error>,
    waker: Option<Waker>,
}

/// What an answer will be the answer to.
enum Awaited {
    /// A message, one of several.
    Message(Sent),
    /// The one write there is.
    Single,
}

impl Writer {
    pub(crate) fn new(stream: Cap) -> Self {
        let state = State {
            stream: Some(stream),
            flow: Flow::new(),
            blocked: false,
            failed: None,
            waker: None,
        };
        let shared = Shared {
            epoch: Instant::now(),
            state: Mutex::new(state),
        };
        Self {
            shared: Arc::new(shared),
            room: None,
            closing: None,
        }
    }

    /// Waits until the next chunk may be written, or fails as the stream has.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        {
            let mut state = self.shared.lock();
            if let Some(error) = state.refusal() {
                return Poll::Ready(Err(error));
            }
            state.waker = Some(context.waker().clone());
            if state.blocked {
                return Poll::Pending;
            }
        }
        self.poll_room(context).map(Ok)
    }

    /// Waits until what was sent has left this side.
    pub(crate) fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Some(room) = &mut self.room {
            ready!(room.as_mut().poll(context));
            self.room = None;
        }
        Poll::Ready(())
    }

    /// Waits until the stream has failed.
    pub(crate) fn poll_failed(&mut self, context: &Context<'_>) -> Poll<Error> {
        let mut state = self.shared.lock();
        if let Some(error) = state.refusal() {
            return Poll::Ready(error);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Writes a chunk. One that cannot be sent fails, and ends the stream: what would come after it
    /// is not the stream that was meant (protocol P-18).
    pub(crate) fn write(&mut self, chunk: Value) -> Result<(), Error> {
        let stream = {
            let state = self.shared.lock();
            match (state.refusal(), state.stream.clone()) {
                (Some(error), _) => return Err(error),
                (None, None) => return Err(closed_already()),
                (None, Some(stream)) => stream,
            }
        };
        match stream.stream("write", vec![chunk]) {
            Ok(streamed) => {
                self.expect_answer(&streamed);
                self.room = stream.room();
                Ok(())
            }
            Err(error) => {
                self.give_up(&error);
                Err(error)
            }
        }
    }

    /// Ends the stream because a chunk cannot be sent.
    pub(crate) fn give_up(&self, error: &Error) {
        let stream = self.shared.lock().stream.clone();
        if let (Some(stream), Error::Unsendable(_)) = (stream, error) {
            drop(stream.stream("abort", vec![error.clone().into_value()]));
        }
        self.shared.fail(error);
    }

    /// Ends the stream, and waits until every chunk was accepted and the other side has ended it too.
    /// The end is sent when this is first polled.
    pub(crate) fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.closing.is_none() {
            let stream = {
                let state = self.shared.lock();
                match (&state.failed, state.stream.clone()) {
                    (Some(error), _) => return Poll::Ready(Err(error.clone())),
                    (None, None) => return Poll::Ready(Ok(())),
                    (None, Some(stream)) => stream,
                }
            };
            match stream.stream("close", Vec::new()) {
                Ok(closing) => self.closing = Some(Wait::begin(&Stub::promise(closing.answer))),
                Err(error) => {
                    self.shared.fail(&error);
                    return Poll::Ready(Err(error));
                }
            }
        }
        let Some(closing) = &mut self.closing else {
            return Poll::Ready(Ok(()));
        };
        let closed = ready!(std::pin::Pin::new(closing).poll(context));
        self.closing = None;
        Poll::Ready(self.shared.closed(&closed))
    }

    /// Ends the stream before its end, and tells the other side why; returns what waits until it
    /// knows. Nothing happens if the stream has ended.
    pub(crate) fn abort(self, reason: Error) -> impl Future<Output = ()> + Send + use<> {
        let stream = {
            let mut state = self.shared.lock();
            let stream = state.stream.take().filter(|_| state.failed.is_none());
            state.failed.get_or_insert_with(|| reason.clone());
            stream
        };
        let told = stream.and_then(|stream| {
            let told = stream.stream("abort", vec![reason.into_value()]).ok()?;
            Some((Wait::begin(&Stub::promise(told.answer)), stream))
        });
        async move {
            if let Some((told, stream)) = told {
                drop(told.await);
                drop(stream);
            }
        }
    }

    /// Gives the stream back, if it is not over.
    pub(crate) fn into_stream(self) -> Option<Cap> {
        self.shared.lock().stream.take()
    }

    fn expect_answer(&self, streamed: &Streamed) {
        let awaited = {
            let now = self.shared.now();
            let mut state = self.shared.lock();
            let sent = streamed.size.map(|size| state.flow.send(now, size));
            state.blocked = sent.as_ref().is_none_or(Sent::fills_the_window);
            sent.map_or(Awaited::Single, Awaited::Message)
        };
        // A writer that is gone does not care, and must not be kept by an answer that never comes.
        let shared = Arc::downgrade(&self.shared);
        streamed.answer.when_settled(Waiter::new(move |outcome| {
            if let Some(shared) = Weak::upgrade(&shared) {
                shared.answered(&awaited, outcome);
            }
        }));
    }
}

impl Shared {
    fn answered(&self, awaited: &Awaited, outcome: &Outcome) {
        match (outcome, awaited) {
            (Ok(_), Awaited::Message(sent)) => {
                let now = self.now();
                let room = self.lock().flow.acknowledged(now, sent);
                if room {
                    self.unblock();
                }
            }
            (Ok(_), Awaited::Single) => self.unblock(),
            (Err(error), awaited) => {
                if let Awaited::Message(sent) = awaited {
                    self.lock().flow.refused(sent);
                }
                self.fail(error);
            }
        }
    }

    fn unblock(&self) {
        let waker = {
            let mut state = self.lock();
            let was_blocked = std::mem::take(&mut state.blocked);
            state.waker.take().filter(|_| was_blocked)
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the stream with the first error there is, and lets go of it.
    fn fail(&self, error: &Error) {
        let (stream, waker) = {
            let mut state = self.lock();
            if state.failed.is_some() {
                return;
            }
            state.failed = Some(error.clone());
            (state.stream.take(), state.waker.take())
        };
        drop(stream);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Lets go of the stream after its end.
    fn closed(&self, outcome: &Outcome) -> Result<(), Error> {
        let (stream, failed) = {
            let mut state = self.lock();
            if let Err(error) = outcome {
                state.failed.get_or_insert_with(|| error.clone());
            }
            (state.stream.take(), state.failed.clone())
        };
        drop(stream);
        failed.map_or(Ok(()), Err)
    }

    /// Returns the moment, in milliseconds.
    fn now(&self) -> f64 {
        self.epoch.elapsed().as_secs_f64() * 1000.0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns why nothing can be written any more, if so.
    fn refusal(&self) -> Option<Error> {
        if let Some(error) = &self.failed {
            return Some(error.clone());
        }
        let Some(stream) = &self.stream else {
            return Some(closed_already());
        };
        match stream.nature() {
            Nature::Writable(lock) if lock.is_claimed() => Some(taken_already()),
            _ => None,
        }
    }
}
