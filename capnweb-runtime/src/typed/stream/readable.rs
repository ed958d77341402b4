//! Streams to read from.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::chunk::{IntoChunk, read_chunk};
use super::writable::WritableStream;
use crate::data::passthrough;
use crate::error::Error;
use crate::hook::{Nature, Outcome, Readable, Source, Stub, Value, pipe, taken_already};
use crate::typed::Wire;

/// A stream to read from: chunks of type `T`, one after the other, from wherever they come.
///
/// It is a [`Stream`] of `Result<T>`. Make one of any stream of one's own with
/// [`new`](Self::new), or take one's writing end and feed it: [`channel`](Self::channel). It can be
/// a parameter, a result, or part of one. Its chunks may hold capabilities, which belong to whoever
/// reads them.
///
/// ```
/// # use capnweb_runtime::{Limits, ReadableStream, Result, capability, in_process};
/// use futures_util::{StreamExt as _, stream};
///
/// #[capability]
/// pub trait Counting {
///     async fn up_to(&self, n: u32) -> Result<ReadableStream<u32>>;
/// }
///
/// struct Counter;
///
/// impl Counting for Counter {
///     async fn up_to(&self, n: u32) -> Result<ReadableStream<u32>> {
///         Ok(ReadableStream::new(stream::iter(0..n)))
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let counter = CountingStub::new(Counter);
/// # let (counting, _session) = in_process(counter.clone(), counter, Limits::default());
///
/// let mut numbers = counting.up_to(3).await?;
/// while let Some(number) = numbers.next().await {
///     println!("{}", number?);
/// }
/// # Ok(()) }
/// ```
///
/// # How it flows
///
/// A chunk counts as received when it is asked for, not when it arrives: a slow reader holds back the
/// writer, and nobody else on the connection. Up to 256 KiB are under way before the first is asked
/// for, more on fast and long connections.
///
/// # How it ends
///
/// After the last chunk with `None`. If the sender fails, the connection breaks or a chunk is not a
/// `T`, with an error, and then with `None`. [`cancel`](Self::cancel) tells the sender why nothing
/// more is wanted; dropping the stream tells it that, too, without a reason of one's own.
///
/// # Passing it on
///
/// A stream has one reader. Passing it on, as an argument or in a result, hands over what has not
/// been read; reading it here then fails.
///
/// # Cancel safety
///
/// Dropping the future of `next()` loses no chunk.
pub struct ReadableStream<T> {
    /// Locked when the stream is passed on, which only needs a reference.
    state: Mutex<State>,
    chunks: PhantomData<fn() -> T>,
}

enum State {
    /// Nobody has begun to read.
    Whole(Stub),
    Reading(Box<dyn Source>),
    /// It is over, or was passed on.
    Gone(Option<Error>),
}

impl<T: Wire> ReadableStream<T> {
    /// Creates a stream of what another one yields: of `T`, or of `Result<T, E>`, whose first error
    /// ends it.
    ///
    /// Nothing is asked of it before somebody reads. It is dropped when it has ended, when the reader
    /// wants no more, or when the connection breaks.
    pub fn new<S>(stream: S) -> Self
    where
        S: Stream<Item: IntoChunk<T>> + Send + 'static,
    {
        Self::of_local(stream, None)
    }

    /// Creates a stream like [`new`](Self::new), and calls `cancelled` with the reason if the reader
    /// wants no more before its end.
    pub fn with_cancel<S>(stream: S, cancelled: impl FnOnce(Error) + Send + 'static) -> Self
    where
        S: Stream<Item: IntoChunk<T>> + Send + 'static,
    {
        Self::of_local(stream, Some(Box::new(cancelled)))
    }

    /// Creates a stream and the end that feeds it.
    ///
    /// What is written waits until it is asked for. Dropping the writing end without closing it
    /// fails the reader; if the reader cancels, the next write fails with its reason.
    pub fn channel() -> (WritableStream<T>, Self) {
        let (writable, readable, _) = pipe(None);
        (
            WritableStream::from_stub(Stub::of(writable)),
            Self::whole(Stub::of(readable)),
        )
    }

    /// Tells the sender that nothing more is wanted, and why.
    pub fn cancel(self, reason: Error) {
        if let Ok(mut source) = self.take_source() {
            source.cancel(reason);
        }
    }

    fn of_local<S>(stream: S, cancelled: Option<Cancelled>) -> Self
    where
        S: Stream<Item: IntoChunk<T>> + Send + 'static,
    {
        let chunks = stream.map(IntoChunk::into_chunk).boxed();
        let source = Local {
            chunks: Some(chunks),
            cancelled,
        };
        Self::whole(Stub::of(Readable::cap(Box::new(source))))
    }
}

impl<T> ReadableStream<T> {
    const fn whole(stub: Stub) -> Self {
        Self {
            state: Mutex::new(State::Whole(stub)),
            chunks: PhantomData,
        }
    }

    fn take_source(self) -> Result<Box<dyn Source>, Error> {
        let state = self.state.into_inner();
        state.unwrap_or_else(PoisonError::into_inner).into_source()
    }

    /// Returns what travels: the stream, or what is left of it.
    fn pass_on(&self) -> Stub {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Whole(stub) = &*state {
            return stub.clone();
        }
        let gone = State::Gone(Some(taken_already()));
        match std::mem::replace(&mut *state, gone) {
            State::Reading(source) => Stub::of(Readable::cap(source)),
            // It has ended, or is somewhere else: so the receiver is told.
            State::Whole(_) | State::Gone(None) => Stub::of(Readable::cap(Box::new(Ended(None)))),
            State::Gone(Some(error)) => Stub::of(Readable::cap(Box::new(Ended(Some(error))))),
        }
    }
}

impl State {
    fn into_source(self) -> Result<Box<dyn Source>, Error> {
        match self {
            Self::Whole(stub) => match stub.nature() {
                Nature::Readable(readable) => readable.take().ok_or_else(taken_already),
                Nature::Object | Nature::Writable(_) => Err(taken_already()),
            },
            Self::Reading(source) => Ok(source),
            Self::Gone(error) => Err(error.unwrap_or_else(taken_already)),
        }
    }

    /// Begins to read, if nobody has.
    fn begin(&mut self) {
        if let Self::Whole(_) = self {
            let whole = std::mem::replace(self, Self::Gone(None));
            *self = match whole.into_source() {
                Ok(source) => Self::Reading(source),
                Err(error) => Self::Gone(Some(error)),
            };
        }
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        self.begin();
        match self {
            Self::Reading(source) => source.poll_next(context),
            Self::Gone(error) => Poll::Ready(error.take().map(Err)),
            Self::Whole(_) => Poll::Ready(None),
        }
    }
}

impl<T: Wire> Stream for ReadableStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let chunk = ready!(state.poll_next(context));
        let chunk = chunk.map(|chunk| chunk.and_then(read_chunk::<T>));
        if let Some(Ok(_)) = &chunk {
            return Poll::Ready(chunk);
        }
        if let State::Reading(mut source) = std::mem::replace(state, State::Gone(None))
            && let Some(Err(error)) = &chunk
        {
            // It may be that only we do not like it.
            source.cancel(error.clone());
        }
        Poll::Ready(chunk)
    }
}

impl<T> Unpin for ReadableStream<T> {}

impl<T> fmt::Debug for ReadableStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadableStream")
    }
}

impl<T> Serialize for ReadableStream<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Value::Capability(self.pass_on()), serializer)
    }
}

impl<'de, T> Deserialize<'de> for ReadableStream<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "expected a readable stream, found";
        match passthrough::deserialize(deserializer)? {
            Value::Capability(stub) => match stub.nature() {
                Nature::Readable(_) => Ok(Self::whole(stub)),
                Nature::Writable(_) => Err(format!("{expected} a writable one")),
                Nature::Object => Err(format!("{expected} a capability")),
            },
            other => Err(format!("{expected} {}", other.kind())),
        }
        .map_err(serde::de::Error::custom)
    }
}

/// A stream of this program's.
struct Local {
    chunks: Option<Pin<Box<dyn Stream<Item = Outcome> + Send>>>,
    cancelled: Option<Cancelled>,
}

type Cancelled = Box<dyn FnOnce(Error) + Send>;

impl Source for Local {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let Some(chunks) = &mut self.chunks else {
            return Poll::Ready(None);
        };
        let chunk = ready!(chunks.as_mut().poll_next(context));
        if !matches!(chunk, Some(Ok(_))) {
            self.chunks = None;
        }
        Poll::Ready(chunk)
    }

    fn cancel(&mut self, reason: Error) {
        if self.chunks.take().is_some()
            && let Some(cancelled) = self.cancelled.take()
        {
            cancelled(reason);
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.cancel(Error::new("The ReadableStream was dropped before its end").public());
    }
}

/// What is left of a stream that is over.
struct Ended(Option<Error>);

impl Source for Ended {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Outcome>> {
        Poll::Ready(self.0.take().map(Err))
    }

    fn cancel(&mut self, _: Error) {}
}
