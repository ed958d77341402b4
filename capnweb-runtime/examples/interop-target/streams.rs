//! Streams in both directions, and objects that tell what became of the streams they made.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use capnweb_runtime::{Bytes, Error, ReadableStream, Result, Value, WritableStream, capability};
use futures_util::{Sink, Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

/// Makes streams, and remembers why the last one was cancelled.
#[capability]
pub trait StreamSource {
    async fn make_tracked_stream(&self, count: u64) -> Result<ReadableStream<f64>>;
    async fn make_infinite_stream(&self) -> Result<ReadableStream<f64>>;
    async fn get_cancel_reason(&self) -> Result<Option<String>>;
}

/// Makes streams to write to, and tells what was written.
#[capability]
pub trait Collector {
    async fn get_writable(&self) -> Result<WritableStream<Value>>;
    async fn get_failing_writable(&self, fail_after: usize) -> Result<WritableStream<Value>>;
    async fn get_state(&self) -> Result<Collected>;
}

/// What a [`Collector`] has seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Collected {
    /// Everything that was written.
    pub chunks: Vec<Value>,
    /// Whether the stream was closed.
    pub closed: bool,
    /// Why it was aborted.
    pub error: Option<String>,
}

/// A stream of 0, 1, 2, … up to `count`.
fn counting(count: u64) -> impl Stream<Item = f64> + Send + 'static {
    #[allow(clippy::cast_precision_loss, reason = "nobody reads 2⁵³ of them")]
    stream::iter((0..count).map(|number| number as f64))
}

/// `length` bytes of the byte stream whose byte `k` is `k & 255`, from byte `start` on.
fn bytes_from(start: usize, length: usize) -> Bytes {
    let bytes: Vec<u8> = (start..start.saturating_add(length))
        .map(|position| u8::try_from(position & 255).unwrap_or(0))
        .collect();
    bytes.into()
}

/// Makes a stream of these chunks.
pub(crate) fn of(chunks: Vec<Value>) -> ReadableStream<Value> {
    ReadableStream::new(stream::iter(chunks))
}

/// Makes a stream of so many bytes.
pub(crate) fn of_bytes(total: usize, chunk_size: usize) -> Result<ReadableStream<Bytes>> {
    if chunk_size == 0 {
        return Err(Error::range_error("chunks cannot be empty"));
    }
    let starts = (0..total).step_by(chunk_size);
    let chunks = starts.map(move |start| bytes_from(start, chunk_size.min(total - start)));
    Ok(ReadableStream::new(stream::iter(chunks)))
}

/// Makes a stream of one chunk of so many bytes.
pub(crate) fn large_chunk(size: usize) -> ReadableStream<Bytes> {
    let chunk = stream::once(async move { bytes_from(0, size) });
    ReadableStream::new(chunk)
}

/// Makes a stream that fails after so many numbers.
pub(crate) fn failing(good: u64) -> ReadableStream<f64> {
    let failure = stream::iter([Err(Error::new("ts source exploded"))]);
    ReadableStream::new(counting(good).map(Ok).chain(failure))
}

/// Reads all of a stream.
pub(crate) async fn collect(chunks: ReadableStream<Value>) -> Result<Vec<Value>> {
    chunks.try_collect().await
}

/// Reads all of a stream of bytes; returns how many there were.
pub(crate) async fn sum_bytes(mut chunks: ReadableStream<Bytes>) -> Result<usize> {
    let mut total = 0_usize;
    while let Some(chunk) = chunks.next().await {
        total = total.saturating_add(chunk?.len());
    }
    Ok(total)
}

/// Reads all of a stream, waiting after each chunk; returns how many there were.
pub(crate) async fn collect_slowly(mut chunks: ReadableStream<Value>, ms: u64) -> Result<usize> {
    let mut count = 0_usize;
    while let Some(chunk) = chunks.next().await {
        drop(chunk?);
        count = count.saturating_add(1);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    Ok(count)
}

/// Reads the first chunks of a stream, then wants no more.
pub(crate) async fn read_partly(
    mut chunks: ReadableStream<Value>,
    count: usize,
) -> Result<Vec<Value>> {
    let first = chunks.by_ref().take(count).try_collect().await?;
    chunks.cancel(Error::new("reader had enough"));
    Ok(first)
}

/// Writes these chunks, and closes.
pub(crate) async fn write_all(mut to: WritableStream<Value>, chunks: Vec<Value>) -> Result<String> {
    for chunk in chunks {
        to.write(chunk).await?;
    }
    to.close().await?;
    Ok("ok".to_owned())
}

/// The one [`StreamSource`] there is.
#[derive(Debug, Default)]
pub(crate) struct Tracking {
    cancelled: Arc<Mutex<Option<String>>>,
}

impl Tracking {
    fn track(&self, chunks: impl Stream<Item = f64> + Send + 'static) -> ReadableStream<f64> {
        let cancelled = Arc::clone(&self.cancelled);
        ReadableStream::with_cancel(chunks, move |reason| {
            *lock(&cancelled) = Some(in_words(&reason));
        })
    }
}

impl StreamSource for Tracking {
    async fn make_tracked_stream(&self, count: u64) -> Result<ReadableStream<f64>> {
        Ok(self.track(counting(count)))
    }

    async fn make_infinite_stream(&self) -> Result<ReadableStream<f64>> {
        Ok(self.track(counting(u64::MAX)))
    }

    async fn get_cancel_reason(&self) -> Result<Option<String>> {
        Ok(lock(&self.cancelled).clone())
    }
}

/// The one [`Collector`] there is.
#[derive(Debug, Default)]
pub(crate) struct Collecting {
    collected: Arc<Mutex<Collected>>,
}

impl Collecting {
    fn writable(&self, fail_after: usize) -> WritableStream<Value> {
        let aborted = Arc::clone(&self.collected);
        let writing = Writing {
            collected: Arc::clone(&self.collected),
            fail_after,
        };
        WritableStream::with_abort(writing, move |reason| {
            lock(&aborted).error = Some(in_words(&reason));
        })
    }
}

impl Collector for Collecting {
    async fn get_writable(&self) -> Result<WritableStream<Value>> {
        Ok(self.writable(usize::MAX))
    }

    async fn get_failing_writable(&self, fail_after: usize) -> Result<WritableStream<Value>> {
        Ok(self.writable(fail_after))
    }

    async fn get_state(&self) -> Result<Collected> {
        Ok(lock(&self.collected).clone())
    }
}

/// Puts what is written where the collector finds it.
struct Writing {
    collected: Arc<Mutex<Collected>>,
    fail_after: usize,
}

impl Sink<Value> for Writing {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, chunk: Value) -> Result<()> {
        let mut collected = lock(&self.collected);
        if collected.chunks.len() >= self.fail_after {
            return Err(Error::new("collector sink failed"));
        }
        collected.chunks.push(chunk);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        lock(&self.collected).closed = true;
        Poll::Ready(Ok(()))
    }
}

/// Says what JavaScript's `String(reason)` says.
fn in_words(reason: &Error) -> String {
    match reason {
        Error::Thrown(thrown) if thrown.error().is_none() => thrown.to_string(),
        error => format!("{}: {error}", error.class().name()),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
