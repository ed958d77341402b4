//! From the end of a handler to the queue.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use capnweb_runtime::Error;
use futures_util::FutureExt as _;
use futures_util::future::{Abortable, Aborted};
use tokio::sync::oneshot;

use crate::worker::attempt::Attempt;
use crate::worker::context::StopReason;
use crate::worker::crew::Crew;
use crate::worker::engagement::Watcher;
use crate::worker::handler::Answer;
use crate::worker::notice::{Notice, Outcome};
use crate::worker::slot::Lasting;
use crate::worker::task_error::TaskError;

/// What sees an attempt to its end.
pub(super) struct Finisher {
    pub(super) crew: Arc<Crew>,
    pub(super) attempt: Arc<Attempt>,
    pub(super) lasting: Arc<Lasting>,
    pub(super) watcher: Watcher,
}

impl Finisher {
    /// Waits for the handler, and has its outcome told: as the answer to the queue's call, if that is
    /// still waited for, or by the assignment.
    ///
    /// What was stopped because the worker leaves is not told: an error would be counted.
    pub(super) async fn finish(
        self,
        work: Abortable<impl Future<Output = Answer>>,
        answer: oneshot::Sender<Answer>,
    ) {
        // A panic is the handler's alone.
        let ended = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(ended)) => ended,
            Ok(Err(Aborted)) => Err(TaskError::cancelled()),
            Err(panic) => Err(panicked(&*panic)),
        };
        self.tell(&ended);
        match (self.attempt.stop_reason(), ended) {
            (Some(StopReason::Leaving), Err(_)) => self.crew.give_back(),
            (Some(StopReason::Lost | StopReason::Ended), _) => {}
            // Whoever leaves must know that it was heard: leaving ends what has not come to its end.
            (_, ended) if self.crew.is_leaving() => self.deliver(ended).await,
            (_, ended) => {
                if let Err(ended) = answer.send(ended) {
                    self.deliver(ended).await;
                }
            }
        }
        self.crew.remove(self.attempt.key);
    }

    fn tell(&self, ended: &Answer) {
        let outcome = match (self.attempt.stop_reason(), ended) {
            (_, Ok(_)) => Outcome::Completed,
            (Some(_), Err(_)) => Outcome::Stopped,
            (None, Err(error)) => Outcome::Failed {
                error: error.message().to_owned(),
                code: error.code().map(str::to_owned),
            },
        };
        let (task, epoch) = self.attempt.key;
        self.watcher.tell(&Notice::Ended {
            task,
            epoch,
            outcome,
        });
    }

    /// Delivers an outcome by the assignment, over the connection that there is then. Said twice, it
    /// is heard once.
    async fn deliver(&self, ended: Answer) {
        while let Err(error) = self.say(&ended).await {
            if !error.is_disconnected() || self.lasting.client().connected().await.is_err() {
                return;
            }
            // The break may be news to the client.
            tokio::task::yield_now().await;
        }
    }

    async fn say(&self, ended: &Answer) -> Result<(), Error> {
        let assignment = self.lasting.assignment();
        let said = match ended {
            Ok(result) => assignment.complete(result).await,
            Err(error) => {
                let code = error.code().map(str::to_owned);
                let retryable = Some(error.is_retryable());
                assignment.fail(error.message(), code, retryable).await
            }
        };
        said.map(drop)
    }
}

/// Describes a handler that has panicked.
fn panicked(panic: &(dyn Any + Send)) -> TaskError {
    let message = format!("the handler panicked: {}", said_by(panic));
    TaskError::retry(message).with_code("PANIC")
}

fn said_by(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("it does not say why")
}
