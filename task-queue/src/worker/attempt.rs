//! One attempt under way.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::AbortHandle;
use tokio::sync::watch;

use crate::caps::AssignmentStub;
use crate::model::TaskId;
use crate::worker::context::StopReason;
use crate::worker::slot::Place;

/// Which attempt of which task.
pub(super) type Key = (TaskId, u64);

/// One attempt under way.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) key: Key,
    place: watch::Sender<Place>,
    stop: watch::Sender<Option<StopReason>>,
    /// Stops the handler.
    work: OnceLock<AbortHandle>,
}

impl Attempt {
    pub(super) fn new(key: Key, session: u64, assignment: AssignmentStub) -> Self {
        let place = Place::Here {
            session,
            assignment,
        };
        Self {
            key,
            place: watch::Sender::new(place),
            stop: watch::Sender::new(None),
            work: OnceLock::new(),
        }
    }

    pub(super) fn place(&self) -> watch::Receiver<Place> {
        self.place.subscribe()
    }

    pub(super) fn stops(&self) -> watch::Receiver<Option<StopReason>> {
        self.stop.subscribe()
    }

    /// Returns why it is to stop, if it is.
    pub(super) fn stop_reason(&self) -> Option<StopReason> {
        *self.stop.borrow()
    }

    /// Notes what stops the handler.
    pub(super) fn is_stopped_by(&self, work: AbortHandle) {
        // It is set once: an attempt has one handler.
        self.work.set(work).ok();
    }

    /// Goes on over another session.
    pub(super) fn move_to(&self, session: u64, assignment: AssignmentStub) {
        drop(self.place.send_replace(Place::Here {
            session,
            assignment,
        }));
    }

    /// Asks the handler to stop; it is stopped if it does not in time. Returns whether it is the first
    /// to ask.
    pub(super) fn stop(self: &Arc<Self>, reason: StopReason, patience: Duration) -> bool {
        if matches!(reason, StopReason::Lost | StopReason::Ended) {
            drop(self.place.send_replace(Place::Gone));
        }
        let first = self.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert(reason);
            first
        });
        if first && patience.is_zero() {
            self.abort();
        } else if first {
            let attempt = Arc::clone(self);
            drop(tokio::spawn(async move {
                tokio::time::sleep(patience).await;
                attempt.abort();
            }));
        }
        first
    }

    /// Stops the handler at its next await.
    pub(super) fn abort(&self) {
        if let Some(work) = self.work.get() {
            work.abort();
        }
    }
}
