//! The interface, and the object that answers to it.

use std::sync::atomic::{AtomicI64, Ordering};

use capnweb_runtime::{Bytes, ReadableStream, Result, WritableStream, capability};
use futures_util::{StreamExt as _, stream};

/// What a connection begins with.
#[capability]
pub trait Api {
    /// Multiplies a number with itself.
    async fn square(&self, n: i64) -> Result<i64>;

    /// Returns an object of its own.
    async fn make_counter(&self, start: i64) -> Result<CounterStub>;

    /// Returns the numbers below `n`.
    async fn range(&self, n: i64) -> Result<Vec<i64>>;

    /// Sends so many chunks of [`CHUNK`] bytes.
    async fn download(&self, chunks: usize) -> Result<ReadableStream<Bytes>>;

    /// Reads a stream to its end, and returns how many bytes it had.
    async fn upload(&self, stream: ReadableStream<Bytes>) -> Result<usize>;

    /// Returns a stream whose chunks go nowhere.
    async fn open_sink(&self) -> Result<WritableStream<Bytes>>;
}

/// A number that is held by whoever made it.
#[capability]
pub trait Counter {
    /// Adds to it, and returns what it is then.
    async fn increment(&self, by: i64) -> Result<i64>;
}

/// Answers at once, so that what is measured is the way there and back.
#[derive(Debug, Clone, Copy)]
pub struct Worker;

struct Tally(AtomicI64);

impl Api for Worker {
    async fn square(&self, n: i64) -> Result<i64> {
        Ok(n.wrapping_mul(n))
    }

    async fn make_counter(&self, start: i64) -> Result<CounterStub> {
        Ok(CounterStub::new(Tally(AtomicI64::new(start))))
    }

    async fn range(&self, n: i64) -> Result<Vec<i64>> {
        Ok((0..n).collect())
    }

    async fn download(&self, chunks: usize) -> Result<ReadableStream<Bytes>> {
        let chunk = Bytes::from(vec![0xa5; CHUNK]);
        let chunks = stream::iter(std::iter::repeat_n(chunk, chunks));
        Ok(ReadableStream::new(chunks))
    }

    async fn upload(&self, mut stream: ReadableStream<Bytes>) -> Result<usize> {
        let mut bytes = 0_usize;
        while let Some(chunk) = stream.next().await {
            bytes = bytes.saturating_add(chunk?.len());
        }
        Ok(bytes)
    }

    async fn open_sink(&self) -> Result<WritableStream<Bytes>> {
        Ok(WritableStream::from_fn(|_chunk: Bytes| async { Ok(()) }))
    }
}

impl Counter for Tally {
    async fn increment(&self, by: i64) -> Result<i64> {
        Ok(self.0.fetch_add(by, Ordering::Relaxed).wrapping_add(by))
    }
}

/// How many bytes the chunks of streams have.
pub const CHUNK: usize = 64 * 1024;
