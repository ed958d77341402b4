//! From a source into a writer (protocol P-20).

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;

use super::readable::Source;
use super::writer::Writer;
use crate::error::Error;
use crate::hook::Outcome;

/// Moves chunks until the source ends, fails or is not wanted any more; either end is told what
/// became of the other. Dropping the future lets go of both, as if each had been dropped.
pub(crate) async fn pump(mut source: Box<dyn Source>, mut writer: Writer, gauge: Gauge) {
    let mut moving = Moving::begin(gauge);
    loop {
        if let Err(error) = moving.unless(|context| writer.poll_ready(context)).await {
            return source.cancel(error);
        }
        match next(&mut source, &writer).await {
            Step::Chunk(Some(Ok(chunk))) => {
                if let Err(error) = writer.write(chunk) {
                    return source.cancel(error);
                }
            }
            Step::Chunk(Some(Err(error))) => {
                let mut told = std::pin::pin!(writer.abort(error));
                return moving.unless(|context| told.as_mut().poll(context)).await;
            }
            Step::Chunk(None) => {
                // Whether the other side closes as well is nothing to tell the source, which has
                // ended.
                return drop(moving.unless(|context| writer.poll_close(context)).await);
            }
            Step::Unwanted(error) => return source.cancel(error),
        }
        // Others that share the connection have a chunk to send as well.
        tokio::task::yield_now().await;
    }
}

enum Step {
    Chunk(Option<Outcome>),
    /// The writer has failed, while the source had nothing.
    Unwanted(Error),
}

async fn next(source: &mut Box<dyn Source>, writer: &Writer) -> Step {
    poll_fn(|context| {
        if let Poll::Ready(error) = writer.poll_failed(context) {
            return Poll::Ready(Step::Unwanted(error));
        }
        source.poll_next(context).map(Step::Chunk)
    })
    .await
}

/// Counts the pumps that have something to send, as opposed to those that have ended or wait for
/// the other side.
#[derive(Clone, Default)]
pub(crate) struct Gauge(Arc<Counts>);

#[derive(Default)]
struct Counts {
    moving: AtomicUsize,
    still: Notify,
}

/// One pump, counted while it has something to send.
struct Moving {
    gauge: Gauge,
    counted: bool,
}

impl Gauge {
    /// Waits until every pump has ended or waits for the other side.
    ///
    /// Cancel-safe.
    pub(crate) async fn still(&self) {
        loop {
            let still = self.0.still.notified();
            if self.0.moving.load(Ordering::Acquire) == 0 {
                return;
            }
            still.await;
        }
    }
}

impl Moving {
    fn begin(gauge: Gauge) -> Self {
        let mut moving = Self {
            gauge,
            counted: false,
        };
        moving.count(true);
        moving
    }

    /// Waits for the other side, and is not counted meanwhile.
    async fn unless<T>(&mut self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
        poll_fn(|context| {
            let polled = poll(context);
            self.count(polled.is_ready());
            polled
        })
        .await
    }

    fn count(&mut self, moving: bool) {
        let before = std::mem::replace(&mut self.counted, moving);
        let counts = &self.gauge.0;
        if moving && !before {
            counts.moving.fetch_add(1, Ordering::AcqRel);
        }
        if before && !moving && counts.moving.fetch_sub(1, Ordering::AcqRel) == 1 {
            counts.still.notify_waiters();
        }
    }
}

impl Drop for Moving {
    fn drop(&mut self) {
        self.count(false);
    }
}
