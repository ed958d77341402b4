//! Somebody who is told how a task goes.

use capnweb_runtime::{Error, Result};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::caps::{Completion, Failing, ProgressObserver, ProgressObserverStub, ProgressUpdate};
use crate::demo::miss::Miss;

/// What a watcher was told.
#[derive(Debug)]
pub(super) enum News {
    /// The task has come further.
    Progress(ProgressUpdate),
    /// The task is done.
    Complete(Completion),
    /// The task has failed.
    Error(Failing),
}

/// What a watcher is told, in order.
pub(super) struct NewsFeed(UnboundedReceiver<News>);

/// A task's way, as a watcher saw it.
#[derive(Debug)]
pub(super) struct Seen {
    /// The progress, each time it was reported.
    pub(super) progress: Vec<f64>,
    /// What came out, or why nothing did.
    pub(super) end: Result<Value, String>,
}

/// Creates an observer and what it is told.
pub(super) fn watcher() -> (ProgressObserverStub, NewsFeed) {
    let (sender, receiver) = unbounded_channel();
    (
        ProgressObserverStub::new(Watcher(sender)),
        NewsFeed(receiver),
    )
}

/// Creates an observer that fails whatever it is told.
pub(super) fn grumbler() -> ProgressObserverStub {
    ProgressObserverStub::new(Grumbler)
}

impl NewsFeed {
    /// Waits until the task is over.
    pub(super) async fn until_the_end(&mut self) -> Result<Seen, Miss> {
        let mut progress = Vec::new();
        loop {
            let end = match self.0.recv().await.ok_or(Miss::NobodyLeft)? {
                News::Progress(update) => {
                    progress.push(update.progress);
                    continue;
                }
                News::Complete(completion) => Ok(completion.result),
                News::Error(failing) => Err(failing.error),
            };
            return Ok(Seen { progress, end });
        }
    }
}

struct Watcher(UnboundedSender<News>);

impl Watcher {
    /// A scenario that has ended listens no more, which is not the task's concern.
    fn tell(&self, news: News) {
        drop(self.0.send(news));
    }
}

impl ProgressObserver for Watcher {
    async fn on_progress(&self, update: ProgressUpdate) -> Result<()> {
        self.tell(News::Progress(update));
        Ok(())
    }

    async fn on_complete(&self, completion: Completion) -> Result<()> {
        self.tell(News::Complete(completion));
        Ok(())
    }

    async fn on_error(&self, failing: Failing) -> Result<()> {
        self.tell(News::Error(failing));
        Ok(())
    }
}

struct Grumbler;

impl ProgressObserver for Grumbler {
    async fn on_progress(&self, _update: ProgressUpdate) -> Result<()> {
        Err(Error::new("do not tell me"))
    }

    async fn on_complete(&self, _completion: Completion) -> Result<()> {
        Err(Error::new("I do not care"))
    }

    async fn on_error(&self, _failing: Failing) -> Result<()> {
        Err(Error::new("that is your problem"))
    }
}
