//! An endpoint at work: who is in, and whether it is about to close.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::settings::Settings;

/// An endpoint at work.
pub(in crate::endpoint) struct Endpoint {
    pub(in crate::endpoint) settings: Settings,
    places: Arc<Semaphore>,
    /// What batches leave behind, and lets go of itself once they have been answered.
    leaving: Arc<Semaphore>,
    closing: watch::Sender<bool>,
}

/// A place among the connections of an endpoint, given back when dropped.
pub(in crate::endpoint) type Place = OwnedSemaphorePermit;

impl Endpoint {
    /// Opens.
    pub(in crate::endpoint) fn new(settings: Settings) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(capacity(&settings)));
        Arc::new(Self {
            settings,
            places,
            leaving: Arc::new(Semaphore::new(MOST)),
            closing: watch::Sender::new(false),
        })
    }

    /// Takes a place for one more connection; none if there is none, or the endpoint is to close.
    pub(in crate::endpoint) fn enter(&self) -> Option<Place> {
        if *self.closing.borrow() {
            return None;
        }
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Tells every session that the endpoint is about to close.
    pub(in crate::endpoint) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until the endpoint is about to close.
    pub(in crate::endpoint) async fn closing(&self) {
        let mut closing = self.closing.subscribe();
        // The sender is a field of `self`, which outlives this future.
        drop(closing.wait_for(|closing| *closing).await);
    }

    /// Notes that somebody has been answered and has yet to leave, which is when this is dropped.
    pub(super) fn leave(&self) -> Option<Place> {
        Arc::clone(&self.leaving).try_acquire_owned().ok()
    }

    /// Waits until every connection has ended, and what was left behind is let go of.
    pub(in crate::endpoint) async fn emptied(&self) {
        let all = u32::try_from(capacity(&self.settings)).unwrap_or(u32::MAX);
        drop(self.places.acquire_many(all).await);
        self.all_left().await;
    }

    /// Waits until what was left behind is let go of.
    pub(in crate::endpoint) async fn all_left(&self) {
        let all = u32::try_from(MOST).unwrap_or(u32::MAX);
        drop(self.leaving.acquire_many(all).await);
    }
}

fn capacity(settings: &Settings) -> usize {
    settings.max_connections.min(MOST)
}

/// As many as can be counted, and waited for together.
const MOST: usize = Semaphore::MAX_PERMITS & 0xffff_ffff;
