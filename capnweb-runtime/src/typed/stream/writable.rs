//! Streams to write to.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::{Sink, SinkExt as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::sink::{Aborted, Calling, Sinking};
use crate::data::{self, passthrough};
use crate::error::Error;
use crate::hook::{Consume, Consumer, Nature, Stub, Value, Writer, taken_already};
use crate::typed::{RpcError, Wire};

/// A stream to write to: chunks of type `T`, one after the other, to wherever they go.
///
/// It is a [`Sink`] of `T`. One that was received is written to; one to hand out
/// is made of any sink of one's own with [`new`](Self::new), or of a closure with
/// [`from_fn`](Self::from_fn), or comes with the stream that reads what is written to it:
/// [`ReadableStream::channel`](crate::ReadableStream::channel).
///
/// ```
/// # use capnweb_runtime::{Limits, Result, WritableStream, capability, in_process};
/// #[capability]
/// pub trait Telling {
///     async fn tell(&self, listener: WritableStream<String>) -> Result<()>;
/// }
///
/// struct Teller;
///
/// impl Telling for Teller {
///     async fn tell(&self, mut listener: WritableStream<String>) -> Result<()> {
///         listener.write("once".to_owned()).await?;
///         listener.write("upon a time".to_owned()).await?;
///         listener.close().await
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let teller = TellingStub::new(Teller);
/// # let (telling, _session) = in_process(teller.clone(), teller, Limits::default());
///
/// let listener = WritableStream::from_fn(|words: String| async move {
///     println!("{words}");
///     Ok(())
/// });
/// telling.tell(listener).await?;
/// # Ok(()) }
/// ```
///
/// # How it flows
///
/// A write is done when the chunk is on its way, and there is room for the next one: about as many are
/// under way as keep the connection busy. That they were accepted, and all of them, is known when
/// [`close`](Self::close) returns. The sink takes one chunk at a time, in their order.
///
/// # How it ends
///
/// [`close`](Self::close) ends it after the last chunk; [`abort`](Self::abort), before, and says why.
/// If it is dropped without either, its sink is aborted. If the sink fails, so does every later
/// write, and so does `close`.
///
/// # Passing it on
///
/// A stream has one writer. Passing it on, as an argument or in a result, hands it over; writing to
/// it here then fails.
///
/// # Cancel safety
///
/// A chunk whose `write` is dropped may have been written or not. To have one written exactly once
/// under `select!`, wait for room with `SinkExt::feed`'s first half, `poll_ready`, and then
/// `start_send`, which does not wait.
pub struct WritableStream<T> {
    /// Locked when the stream is passed on, which only needs a reference.
    state: Mutex<State>,
    chunks: PhantomData<fn(T)>,
}

enum State {
    /// Nobody has begun to write.
    Whole(Stub),
    Writing(Writer),
    /// It was passed on.
    Gone,
}

impl<T: Wire> WritableStream<T> {
    /// Creates a stream whose chunks go into a sink.
    ///
    /// The sink is flushed after each chunk, closed at the end, and dropped when the stream is aborted.
    pub fn new<E: RpcError>(sink: impl Sink<T, Error = E> + Send + 'static) -> Self {
        Self::of_consumer(Sinking::new(sink, None))
    }

    /// Creates a stream like [`new`](Self::new), and calls `aborted` with the reason if it is aborted.
    pub fn with_abort<E: RpcError>(
        sink: impl Sink<T, Error = E> + Send + 'static,
        aborted: impl FnOnce(Error) + Send + 'static,
    ) -> Self {
        let aborted: Aborted = Box::new(aborted);
        Self::of_consumer(Sinking::new(sink, Some(aborted)))
    }

    /// Creates a stream whose chunks are each given to an async closure, when it is done with the one
    /// before.
    pub fn from_fn<F, A>(body: F) -> Self
    where
        F: FnMut(T) -> A + Send + 'static,
        A: Future<Output = Result<(), Error>> + Send + 'static,
    {
        Self::of_consumer(Calling::new(body))
    }

    /// Writes a chunk, and waits until there is room for the next one.
    ///
    /// # Errors
    ///
    /// What the sink has failed with, a chunk before this one perhaps, or why the chunk cannot be
    /// sent. Every later write fails with it, too.
    pub async fn write(&mut self, chunk: T) -> Result<(), Error> {
        self.send(chunk).await
    }

    /// Ends the stream, and waits until every chunk was accepted and the sink is closed.
    ///
    /// # Errors
    ///
    /// What the sink has failed with.
    ///
    /// # Cancel safety
    ///
    /// Once polled, the end is on its way.
    pub async fn close(mut self) -> Result<(), Error> {
        poll_fn(|context| Pin::new(&mut self).poll_close(context)).await
    }

    /// Ends the stream before its end: chunks that were not accepted are discarded, and the sink is
    /// told why. Waits until it knows; it is told, whether this is awaited or not.
    pub fn abort(self, reason: Error) -> impl Future<Output = ()> + Send + use<T> {
        let state = self.state.into_inner();
        let told = match state.unwrap_or_else(PoisonError::into_inner) {
            State::Whole(stub) => Some(Writer::new(stub.into_cap()).abort(reason)),
            State::Writing(writer) => Some(writer.abort(reason)),
            State::Gone => None,
        };
        async move {
            if let Some(told) = told {
                told.await;
            }
        }
    }

    fn of_consumer(sink: impl Consume) -> Self {
        Self::from_stub(Stub::of(Consumer::cap(Box::new(sink))))
    }
}

impl<T> WritableStream<T> {
    pub(super) const fn from_stub(stub: Stub) -> Self {
        Self {
            state: Mutex::new(State::Whole(stub)),
            chunks: PhantomData,
        }
    }

    fn writer(&mut self) -> Result<&mut Writer, Error> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let State::Whole(stub) = state {
            *state = State::Writing(Writer::new(stub.clone().into_cap()));
        }
        match state {
            State::Writing(writer) => Ok(writer),
            State::Whole(_) | State::Gone => Err(taken_already()),
        }
    }

    /// Hands the stream over; `None` if it was, or is over.
    fn pass_on(&self) -> Option<Stub> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Gone) {
            State::Whole(stub) => Some(stub),
            State::Writing(writer) => writer.into_stream().map(Stub::of),
            State::Gone => None,
        }
    }
}

impl<T: Wire> Sink<T> for WritableStream<T> {
    type Error = Error;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.writer()?.poll_ready(context)
    }

    fn start_send(mut self: Pin<&mut Self>, chunk: T) -> Result<(), Error> {
        let writer = self.writer()?;
        match data::to_value(&chunk).map_err(Error::from) {
            Ok(chunk) => writer.write(chunk),
            Err(error) => {
                writer.give_up(&error);
                Err(error)
            }
        }
    }

    /// Waits until there is room for the next chunk. Nothing is kept back here that could be flushed.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.writer()?.poll_ready(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.writer()?.poll_close(context)
    }
}

impl<T> Unpin for WritableStream<T> {}

impl<T> fmt::Debug for WritableStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WritableStream")
    }
}

impl<T> Serialize for WritableStream<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.pass_on() {
            Some(stub) => passthrough::serialize(Value::Capability(stub), serializer),
            None => Err(serde::ser::Error::custom(taken_already())),
        }
    }
}

impl<'de, T> Deserialize<'de> for WritableStream<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected a writable stream, found";
        match passthrough::deserialize(deserializer)? {
            Value::Capability(stub) => match stub.nature() {
                Nature::Writable(_) => Ok(Self::from_stub(stub)),
                Nature::Readable(_) => Err(format!("{expected} a readable one")),
                Nature::Object => Err(format!("{expected} a capability")),
            },
            other => Err(format!("{expected} {}", other.kind())),
        }
        .map_err(serde::de::Error::custom)
    }
}
