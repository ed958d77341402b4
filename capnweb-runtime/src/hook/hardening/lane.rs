//! Work that goes on for longer, one piece after the other for each session.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

/// Where the longer work of one session queues, so that a session which starts much of it gets no
/// more of its thread than one that starts little.
#[derive(Clone)]
pub(crate) struct Lane(Arc<Semaphore>);

/// The right to go on for a while, given back when dropped.
pub(in crate::hook) struct Go<'a>(Option<SemaphorePermit<'a>>);

impl Lane {
    pub(in crate::hook) fn new() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }

    /// Waits until it is this piece's turn.
    pub(in crate::hook) async fn go(&self) -> Go<'_> {
        // The semaphore is never closed.
        Go(self.0.acquire().await.ok())
    }
}

impl Drop for Go<'_> {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}
