//! What the tests of streams serve: an object with streams in and out, that notes what becomes of
//! them.

use std::sync::{Arc, Mutex, PoisonError};

use capnweb_runtime::{Call, Error, Limits, ReadableStream, Result, WritableStream, capability};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};

use crate::support::{Link, in_time};

#[capability]
pub(super) trait Studio {
    async fn numbers(&self, count: u32) -> Result<ReadableStream<u32>>;
    async fn failing(&self, good: u32) -> Result<ReadableStream<u32>>;
    async fn endless(&self) -> Result<ReadableStream<String>>;
    async fn idle(&self) -> Result<ReadableStream<u32>>;
    async fn sum(&self, numbers: ReadableStream<u32>) -> Result<u32>;
    async fn some(&self, words: ReadableStream<String>, count: usize) -> Result<Vec<String>>;
    async fn ignore(&self, words: ReadableStream<String>) -> Result<()>;
    async fn collector(&self) -> Result<WritableStream<String>>;
    async fn failing_collector(&self, good: usize) -> Result<WritableStream<String>>;
    async fn tell(&self, words: Vec<String>, to: WritableStream<String>) -> Result<()>;
    async fn tell_and_leave(&self, words: Vec<String>, to: WritableStream<String>) -> Result<()>;
    async fn tell_and_abort(&self, words: Vec<String>, to: WritableStream<String>) -> Result<()>;
    async fn bounce(&self, parcel: Parcel) -> Result<Parcel>;
    async fn echo(&self, text: String) -> Result<String>;
    async fn notes(&self) -> Result<Vec<String>>;
    async fn tables(&self, call: Call) -> Result<(usize, usize)>;
}

/// Data with streams in it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    pub(super) title: String,
    pub(super) pages: ReadableStream<String>,
    pub(super) reply: Option<WritableStream<String>>,
}

/// What became of streams.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.lock().push(what.into());
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(super) struct Art {
    notes: Notes,
}

pub(super) fn studio() -> StudioStub {
    StudioStub::new(Art::default())
}

/// A sink that keeps what it is given in the notes, and fails after so many chunks.
pub(super) fn collector(notes: &Notes, good: usize) -> WritableStream<String> {
    let (writing, aborting) = (notes.clone(), notes.clone());
    let state = (writing, 0_usize);
    let sink = futures_util::sink::unfold(state, move |(notes, taken), chunk: String| async move {
        if taken == good {
            return Err(Error::range_error("disk full"));
        }
        notes.note(chunk);
        Ok((notes, taken + 1))
    });
    WritableStream::with_abort(sink, move |reason| {
        aborting.note(format!("aborted: {reason}"));
    })
}

/// A stream whose cancellation is noted.
pub(super) fn noting<T: capnweb_runtime::Wire>(
    notes: &Notes,
    chunks: impl stream::Stream<Item = T> + Send + 'static,
) -> ReadableStream<T> {
    let notes = notes.clone();
    ReadableStream::with_cancel(chunks, move |reason| {
        notes.note(format!("cancelled: {reason}"));
    })
}

impl Studio for Art {
    async fn numbers(&self, count: u32) -> Result<ReadableStream<u32>> {
        Ok(ReadableStream::new(stream::iter(0..count)))
    }

    async fn failing(&self, good: u32) -> Result<ReadableStream<u32>> {
        let failure = stream::iter([Err(Error::range_error("source exploded"))]);
        Ok(ReadableStream::new(
            stream::iter(0..good).map(Ok).chain(failure),
        ))
    }

    async fn endless(&self) -> Result<ReadableStream<String>> {
        Ok(noting(&self.notes, stream::repeat("x".repeat(10_000))))
    }

    async fn idle(&self) -> Result<ReadableStream<u32>> {
        Ok(noting(&self.notes, stream::pending()))
    }

    async fn sum(&self, mut numbers: ReadableStream<u32>) -> Result<u32> {
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number?;
        }
        Ok(sum)
    }

    async fn some(&self, mut words: ReadableStream<String>, count: usize) -> Result<Vec<String>> {
        let some = words.by_ref().take(count).try_collect().await?;
        words.cancel(Error::new("that is enough"));
        Ok(some)
    }

    async fn ignore(&self, words: ReadableStream<String>) -> Result<()> {
        drop(words);
        Ok(())
    }

    async fn collector(&self) -> Result<WritableStream<String>> {
        Ok(collector(&self.notes, usize::MAX))
    }

    async fn failing_collector(&self, good: usize) -> Result<WritableStream<String>> {
        Ok(collector(&self.notes, good))
    }

    async fn tell(&self, words: Vec<String>, mut to: WritableStream<String>) -> Result<()> {
        for word in words {
            to.write(word).await?;
        }
        to.close().await
    }

    async fn tell_and_leave(
        &self,
        words: Vec<String>,
        mut to: WritableStream<String>,
    ) -> Result<()> {
        for word in words {
            to.write(word).await?;
        }
        Ok(())
    }

    async fn tell_and_abort(
        &self,
        words: Vec<String>,
        mut to: WritableStream<String>,
    ) -> Result<()> {
        for word in words {
            to.write(word).await?;
        }
        to.abort(Error::type_error("changed my mind")).await;
        Ok(())
    }

    async fn bounce(&self, parcel: Parcel) -> Result<Parcel> {
        Ok(Parcel {
            title: format!("re: {}", parcel.title),
            ..parcel
        })
    }

    async fn echo(&self, text: String) -> Result<String> {
        Ok(text)
    }

    async fn notes(&self) -> Result<Vec<String>> {
        Ok(self.notes.take())
    }

    async fn tables(&self, call: Call) -> Result<(usize, usize)> {
        let session = call.session().ok_or_else(|| Error::new("no session"))?;
        let stats = session.stats();
        Ok((stats.imports, stats.exports))
    }
}

/// Runs a test over a session in process, then over a WebSocket, and checks that nothing of any
/// stream is left on either side.
pub(super) async fn with_studio(test: impl AsyncFn(&Link<StudioStub>)) {
    in_time(async {
        for link in [Link::in_process(studio()), Link::websocket(studio).await] {
            test(&link).await;
            link.settled().await;
            // The call that asks is the second export.
            eventually(async || link.tables().await.unwrap(), &(1, 2)).await;
        }
    })
    .await;
}

/// Serves with limits, in process.
pub(super) fn limited(limits: Limits) -> Link<StudioStub> {
    Link::limited(studio(), limits)
}

/// Looks again after each of a number of round trips, until it sees what is expected.
pub(super) async fn eventually<T: PartialEq + std::fmt::Debug>(
    look: impl AsyncFn() -> T,
    expected: &T,
) {
    let mut seen = look().await;
    for _ in 0..100 {
        if seen == *expected {
            return;
        }
        tokio::task::yield_now().await;
        seen = look().await;
    }
    assert_eq!(seen, *expected);
}

/// Waits until the studio has noted this, a round trip later at least.
pub(super) async fn noted(link: &Link<StudioStub>, expected: &[&str]) {
    let mut notes = Vec::new();
    for _ in 0..100 {
        notes.extend(link.notes().await.unwrap());
        if notes.len() >= expected.len() {
            break;
        }
    }
    assert_eq!(notes, expected);
}
