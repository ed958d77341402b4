//! From a source into a writer (protocol P-20).

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::sync::Notify;

use super::readable::Source;
use super::writer::Writer;
use crate::error::Error;
use crate::hook::Outcome;

/// Moves chunks until the source ends, fails or is not wanted any more, or until `over` says that all
/// is over; either end is told what became of the other.
///
/// It counts as moving from now on, not only once it is polled.
pub(crate) fn pump(
    source: Box<dyn Source>,
    writer: Writer,
    over: Over,
    gauge: Gauge,
) -> impl Future<Output = ()> + Send {
    keep_moving(source, writer, over, Moving::begin(gauge))
}

async fn keep_moving(
    mut source: Box<dyn Source>,
    mut writer: Writer,
    mut over: Over,
    mut moving: Moving,
) {
    loop {
        if let Err(error) = room(&mut writer, &mut over).await {
            return source.cancel(error);
        }
        let held_up = moving.gauge.hold_up();
        let ready = moving.unless(&mut over, |context| writer.poll_ready(context));
        if let Err(error) = ready.await.flatten() {
            return source.cancel(error);
        }
        drop(held_up);
        let chunk = next(&mut source, &mut writer, &mut over).await;
        match chunk {
            Ok(Some(Ok(chunk))) => {
                if let Err(error) = writer.write(chunk) {
                    return source.cancel(error);
                }
            }
            Ok(Some(Err(error))) => {
                let mut told = std::pin::pin!(writer.abort(error));
                let told = moving.unless(&mut over, |context| told.as_mut().poll(context));
                return drop(told.await);
            }
            Ok(None) => {
                // Whether the other side closes as well is nothing to tell the source, which has
                // ended.
                let closed = moving.unless(&mut over, |context| writer.poll_close(context));
                return drop(closed.await);
            }
            Err(error) => return source.cancel(error),
        }
        // Others that share the connection have a chunk to send as well.
        tokio::task::yield_now().await;
    }
}

/// Waits until what was sent has left this side, unless all is over: not for the other side, so that
/// whoever does has something to send.
async fn room(writer: &mut Writer, over: &mut Over) -> Result<(), Error> {
    poll_fn(|context| match over.as_mut().poll(context) {
        Poll::Ready(error) => Poll::Ready(Err(error)),
        Poll::Pending => writer.poll_room(context).map(Ok),
    })
    .await
}

/// What ends a pump from outside.
pub(crate) type Over = Pin<Box<dyn Future<Output = Error> + Send>>;

/// Asks for the next chunk; fails if the writer does, or all is over, while the source has nothing.
async fn next(
    source: &mut Box<dyn Source>,
    writer: &mut Writer,
    over: &mut Over,
) -> Result<Option<Outcome>, Error> {
    poll_fn(|context| {
        if let Poll::Ready(error) = writer.poll_failed(context) {
            return Poll::Ready(Err(error));
        }
        if let Poll::Ready(error) = over.as_mut().poll(context) {
            return Poll::Ready(Err(error));
        }
        source.poll_next(context).map(Ok)
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
    held_up: AtomicUsize,
    still: Notify,
}

/// One pump that waits for room in its window, counted while it does.
struct HeldUp(Gauge);

/// One pump, counted while it has something to send.
struct Moving {
    gauge: Gauge,
    counted: bool,
}

impl Gauge {
    /// Waits until every pump has ended or waits for the other side.
    ///
    /// Cancel-safe.
    #[cfg(any(test, feature = "websocket"))]
    pub(crate) async fn still(&self) {
        loop {
            let still = self.0.still.notified();
            if self.0.moving.load(Ordering::Acquire) == 0 {
                return;
            }
            still.await;
        }
    }

    /// Returns whether there is a pump that may not ask its source for more before something was
    /// acknowledged.
    #[cfg(feature = "websocket")]
    pub(crate) fn is_held_up(&self) -> bool {
        self.0.held_up.load(Ordering::Acquire) > 0
    }

    fn hold_up(&self) -> HeldUp {
        self.0.held_up.fetch_add(1, Ordering::AcqRel);
        HeldUp(self.clone())
    }
}

impl Drop for HeldUp {
    fn drop(&mut self) {
        self.0.0.held_up.fetch_sub(1, Ordering::AcqRel);
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

    /// Waits for the other side, unless all is over, and is not counted meanwhile.
    async fn unless<T>(
        &mut self,
        over: &mut Over,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Result<T, Error> {
        poll_fn(|context| {
            let polled = match over.as_mut().poll(context) {
                Poll::Ready(error) => Poll::Ready(Err(error)),
                Poll::Pending => poll(context).map(Ok),
            };
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
