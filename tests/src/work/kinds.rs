//! The ways in which the interface is used, each some number of times.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use capnweb_runtime::{Bytes, Error, Promise, ReadableStream, Result, Wire};
use futures_util::future::{MaybeDone, maybe_done};
use futures_util::{StreamExt as _, stream};

use super::api::{ApiStub, CHUNK};

/// A way in which the interface is used. What is counted as one of it is said of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// A call that is awaited before the next one is made.
    Sequential,
    /// A call among many that are made before the first one is awaited.
    Pipelined,
    /// A call on the result of a call, neither awaited in between, among many such.
    Chained,
    /// An element of a list, each of which one call is made for where the list is.
    Mapped,
    /// A chunk of a stream from the server, of [`CHUNK`] bytes.
    Down,
    /// A chunk of a stream to the server.
    Up,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Sequential,
        Self::Pipelined,
        Self::Chained,
        Self::Mapped,
        Self::Down,
        Self::Up,
    ];

    /// Returns what it is called in tables and on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Pipelined => "pipelined",
            Self::Chained => "chained",
            Self::Mapped => "mapped",
            Self::Down => "down",
            Self::Up => "up",
        }
    }

    /// Returns the one that is called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.name() == name)
    }

    /// Does `n` of it.
    ///
    /// # Errors
    ///
    /// When a call fails, or a result is not what it has to be.
    pub async fn run(self, api: &ApiStub, n: usize) -> Result<()> {
        match self {
            Self::Sequential => sequential(api, n).await,
            Self::Pipelined => pipelined(api, n).await,
            Self::Chained => chained(api, n).await,
            Self::Mapped => mapped(api, n).await,
            Self::Down => down(api, n).await,
            Self::Up => up(api, n).await,
        }
    }
}

async fn sequential(api: &ApiStub, n: usize) -> Result<()> {
    for i in numbers(n) {
        expect(&api.square(i).await?, &(i * i))?;
    }
    Ok(())
}

async fn pipelined(api: &ApiStub, n: usize) -> Result<()> {
    let calls = numbers(n).map(|i| (api.square(i), i * i));
    all(calls.collect()).await
}

async fn chained(api: &ApiStub, n: usize) -> Result<()> {
    let calls = numbers(n).map(|i| (api.make_counter(i).increment(1), i + 1));
    all(calls.collect()).await
}

async fn mapped(api: &ApiStub, n: usize) -> Result<()> {
    let last = numbers(n).last().unwrap_or_default();
    let squares = api.range(last + 1).map(|i| api.square(i)).await?;
    expect(&squares.last(), &Some(&(last * last)))
}

async fn down(api: &ApiStub, n: usize) -> Result<()> {
    let mut stream = api.download(n).await?;
    let mut bytes = 0;
    while let Some(chunk) = stream.next().await {
        bytes += chunk?.len();
    }
    expect(&bytes, &(n * CHUNK))
}

async fn up(api: &ApiStub, n: usize) -> Result<()> {
    let chunk = Bytes::from(vec![0x5a; CHUNK]);
    let chunks = stream::iter(std::iter::repeat_n(chunk, n));
    let sent = api.upload(ReadableStream::new(chunks)).await?;
    expect(&sent, &(n * CHUNK))
}

/// Awaits all of these, having asked for each before it waits for the first. `join_all` would
/// allocate for each.
async fn all<T: Wire + PartialEq>(calls: Vec<(Promise<T>, T)>) -> Result<()> {
    let (promises, expected): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
    let mut promises: Vec<_> = promises.into_iter().map(maybe_done).collect();
    poll_fn(|context| {
        for promise in &mut promises {
            let _: Poll<()> = Pin::new(promise).poll(context);
        }
        Poll::Ready(())
    })
    .await;
    for (mut promise, expected) in promises.into_iter().zip(expected) {
        expect(&result(&mut promise).await?, &expected)?;
    }
    Ok(())
}

async fn result<T: Wire>(promise: &mut MaybeDone<Promise<T>>) -> Result<T> {
    let mut promise = Pin::new(promise);
    promise.as_mut().await;
    let gone = || Err(Error::new("the result was taken already"));
    promise.take_output().unwrap_or_else(gone)
}

fn expect<T: PartialEq>(result: &T, expected: &T) -> Result<()> {
    if result == expected {
        return Ok(());
    }
    Err(Error::new("a result is not what it has to be"))
}

/// The numbers below `n`; their squares are numbers, too.
fn numbers(n: usize) -> impl Iterator<Item = i64> {
    0..i64::try_from(n).unwrap_or(i64::MAX).min(1 << 31)
}
