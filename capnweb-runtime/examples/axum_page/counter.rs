//! The object behind the page: a counter that tells whoever watches it.

use std::sync::Arc;

use capnweb_runtime::{Function, Result, capability};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// What every connection, and every batch, begins with.
#[capability]
pub trait Counter {
    /// Adds to the counter, and returns what it is now.
    async fn increment(&self, #[default(1)] by: i64) -> Result<i64>;

    /// Calls `watcher` with what the counter is now, and with what it becomes, for as long as the
    /// result is held.
    async fn watch(&self, watcher: Function<fn(i64)>) -> Result<WatchStub>;

    /// What it is now.
    #[property]
    fn value(&self) -> i64;
}

/// Somebody watching, until it is let go of; a JavaScript page does that with
/// `watch[Symbol.dispose]()`, or by being closed.
#[capability]
pub trait Watch {
    /// How many watch.
    #[property]
    fn watchers(&self) -> usize;
}

/// One counter for everybody.
#[derive(Clone, Default)]
pub(crate) struct Shared(Arc<watch::Sender<i64>>);

impl Counter for Shared {
    async fn increment(&self, by: i64) -> Result<i64> {
        let mut now = 0;
        self.0.send_modify(|value| {
            *value = value.saturating_add(by);
            now = *value;
        });
        Ok(now)
    }

    async fn watch(&self, watcher: Function<fn(i64)>) -> Result<WatchStub> {
        let mut value = self.0.subscribe();
        value.mark_changed();
        // One call at a time: a page that is slow misses values in between, and delays nobody.
        let telling = tokio::spawn(async move {
            while value.changed().await.is_ok() {
                let now = *value.borrow_and_update();
                if watcher.call(now).await.is_err() {
                    break;
                }
            }
        });
        Ok(WatchStub::new(Watching {
            counter: self.clone(),
            telling: telling.abort_handle(),
        }))
    }

    fn value(&self) -> i64 {
        *self.0.borrow()
    }
}

struct Watching {
    counter: Shared,
    telling: AbortHandle,
}

impl Watch for Watching {
    fn watchers(&self) -> usize {
        self.counter.0.receiver_count()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.telling.abort();
    }
}
