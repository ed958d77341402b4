//! What the queue waits for from one worker: all of it in one task.
//!
//! Attempts begin many at a time, and end many at a time. A task for each would have one thread wake
//! others for every one of them, to send what goes over one connection anyhow.

use std::panic::AssertUnwindSafe;

use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc;

use crate::future::BoxFuture;

/// What the queue waits for from one worker. There are as many as the worker has slots, and those that
/// it is asked to stop.
#[derive(Debug)]
pub(super) struct Errands(mpsc::UnboundedSender<Errand>);

type Errand = BoxFuture<'static, ()>;

impl Errands {
    /// Creates a task that has nothing to wait for yet. When this is dropped, it ends with what it
    /// waits for then.
    pub(super) fn new() -> Self {
        let (errands, received) = mpsc::unbounded_channel();
        drop(tokio::spawn(run(received)));
        Self(errands)
    }

    /// Begins to wait for something more; returns what ends that, at the next opportunity.
    pub(super) fn run(&self, errand: impl Future<Output = ()> + Send + 'static) -> AbortHandle {
        let (abort, registration) = AbortHandle::new_pair();
        // A panic is that of one of them.
        let errand = AssertUnwindSafe(Abortable::new(errand, registration)).catch_unwind();
        // The task is there as long as this is.
        drop(self.0.send(Box::pin(errand.map(drop))));
        abort
    }
}

async fn run(mut received: mpsc::UnboundedReceiver<Errand>) {
    let mut under_way = FuturesUnordered::new();
    let mut new = Vec::new();
    loop {
        tokio::select! {
            biased;
            count = received.recv_many(&mut new, AT_ONCE) => {
                if count == 0 {
                    break;
                }
                under_way.extend(new.drain(..));
            }
            Some(()) = under_way.next() => {}
        }
    }
    while under_way.next().await.is_some() {}
}

/// How many are begun before one looks who has ended.
const AT_ONCE: usize = 1_024;

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::Errands;

    /// The fault: one that goes wrong, or is ended, takes the others with it.
    #[tokio::test]
    async fn what_becomes_of_one_is_nothing_to_the_others() {
        let errands = Errands::new();
        let (tell, told) = oneshot::channel();
        let (never, ended) = oneshot::channel::<()>();
        let (ask, asked) = oneshot::channel();
        drop(errands.run(async { panic!("of one") }));
        let endless = errands.run(async move {
            tell.send(()).ok();
            std::future::pending::<()>().await;
            drop(never);
        });
        drop(errands.run(async move {
            ask.send(asked_for()).ok();
        }));
        told.await.expect("it has begun");
        assert_eq!(asked.await, Ok(7));
        endless.abort();
        assert!(ended.await.is_err(), "it goes on though it was ended");
        let (last, heard) = oneshot::channel();
        drop(errands.run(async move {
            last.send(()).ok();
        }));
        drop(errands);
        heard.await.expect("it was begun before");
    }

    const fn asked_for() -> u32 {
        7
    }
}
