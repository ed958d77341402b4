//! What the queue is passed: the object that carries out tasks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{
    Call, Capability as _, Error, ReconnectingClient, Result, Session, capability,
};
use futures_util::FutureExt as _;
use futures_util::future::{AbortHandle, Abortable};
use serde_json::Value;
use tokio::sync::{oneshot, watch};

use crate::caps::{AssignmentStub, Briefing, GatewayStub, WorkerAgentStub};
use crate::model::{Offer, TaskId, TaskType};
use crate::worker::attempt::Attempt;
use crate::worker::context::{About, Context, StopReason};
use crate::worker::crew::Crew;
use crate::worker::engagement::Watcher;
use crate::worker::handler::{Answer, Handler};
use crate::worker::notice::Notice;
use crate::worker::outcome::Finisher;
use crate::worker::slot::Lasting;
use crate::worker::task_error::TaskError;

/// A [`WorkerAgent`](crate::caps::WorkerAgent) that is told when nobody waits for it any more.
#[capability]
pub(super) trait Hand {
    async fn execute(
        &self,
        call: Call,
        assignment: AssignmentStub,
        briefing: Briefing,
    ) -> Result<Value>;

    async fn alive(&self) -> Result<()>;

    async fn cancel(&self, task_id: TaskId) -> Result<()>;

    async fn drain(&self) -> Result<()>;

    async fn ended(&self, reason: String, #[default(false)] revoked: bool) -> Result<()>;
}

/// What the queue has said of the worker.
#[derive(Debug, Clone, Default)]
pub(super) struct Orders {
    /// It gets no more tasks.
    pub(super) drain: bool,
    /// It is none of the queue's any more.
    pub(super) ended: Option<Ended>,
}

/// Why a worker is none of the queue's any more.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) reason: String,
    /// It is not to come back.
    pub(super) revoked: bool,
}

/// What carries out tasks.
pub(super) struct Agent {
    pub(super) handlers: HashMap<TaskType, Handler>,
    pub(super) offer: Arc<Offer>,
    pub(super) crew: Arc<Crew>,
    pub(super) client: ReconnectingClient<GatewayStub>,
    pub(super) orders: watch::Sender<Orders>,
    pub(super) watcher: Watcher,
}

impl Agent {
    /// Returns what to join with.
    pub(super) fn into_stub(self) -> WorkerAgentStub {
        HandStub::new(self).as_stub().cast()
    }

    /// Begins an attempt; returns what its outcome comes by.
    fn begin(
        &self,
        briefing: Briefing,
        session: u64,
        assignment: AssignmentStub,
    ) -> Result<(Arc<Attempt>, oneshot::Receiver<Answer>), TaskError> {
        let handler = self.handlers.get(&briefing.kind).cloned();
        let handler = handler.ok_or_else(|| unknown(&briefing.kind))?;
        let key = (briefing.id, briefing.epoch);
        let attempt = Arc::new(Attempt::new(key, session, assignment));
        if !self.crew.add(&attempt) {
            return Err(TaskError::retry("the worker has its hands full").with_code("BUSY"));
        }
        self.watcher.tell(&Notice::Started {
            task: briefing.id,
            kind: briefing.kind.clone(),
            epoch: briefing.epoch,
        });
        let lasting = Arc::new(Lasting::new(self.client.clone(), attempt.place()));
        let about = About {
            task: briefing.id,
            epoch: briefing.epoch,
            kind: briefing.kind,
            failures: briefing.failures,
            grants: briefing.grants,
            checkpoint: briefing.checkpoint,
            offer: Arc::clone(&self.offer),
        };
        let context = Context::new(about, Arc::clone(&lasting), attempt.stops());
        let params = briefing.params;
        let (stop, stopped) = AbortHandle::new_pair();
        attempt.is_stopped_by(stop);
        let work = Abortable::new(async move { handler(params, context).await }, stopped);
        let (answer, answered) = oneshot::channel();
        let finisher = Finisher {
            crew: Arc::clone(&self.crew),
            attempt: Arc::clone(&attempt),
            lasting,
            watcher: self.watcher.clone(),
        };
        drop(tokio::spawn(finisher.finish(work, answer)));
        Ok((attempt, answered))
    }
}

impl Hand for Agent {
    async fn execute(
        &self,
        call: Call,
        assignment: AssignmentStub,
        briefing: Briefing,
    ) -> Result<Value> {
        let session = call.session().map(Session::id).unwrap_or_default();
        let begun = self.begin(briefing, session, assignment);
        let (attempt, answered) = begun.map_err(|error| error.to_error())?;
        tokio::select! {
            biased;
            answer = answered => {
                if let Ok(answer) = answer {
                    return answer.map_err(|error| error.to_error());
                }
                // There is nothing to say.
                call.cancelled().await;
                Err(nobody_waits())
            }
            () = call.cancelled() => {
                // With the connection, nothing has ended but that.
                if !call.session().is_some_and(has_ended) {
                    attempt.stop(StopReason::Ended, AFTER_THE_END);
                }
                Err(nobody_waits())
            }
        }
    }

    async fn alive(&self) -> Result<()> {
        Ok(())
    }

    async fn cancel(&self, task_id: TaskId) -> Result<()> {
        self.crew
            .stop(task_id, StopReason::Cancelled, WHEN_CANCELLED);
        Ok(())
    }

    async fn drain(&self) -> Result<()> {
        self.orders.send_modify(|orders| orders.drain = true);
        Ok(())
    }

    async fn ended(&self, reason: String, revoked: bool) -> Result<()> {
        let ended = Some(Ended { reason, revoked });
        self.orders.send_modify(|orders| orders.ended = ended);
        Ok(())
    }
}

fn has_ended(session: &Session) -> bool {
    session.closed().now_or_never().is_some()
}

fn unknown(kind: &TaskType) -> TaskError {
    TaskError::fatal(format!("the worker has no handler for {kind} tasks")).with_code("NO_HANDLER")
}

fn nobody_waits() -> Error {
    TaskError::cancelled().to_error()
}

/// How long a handler has after the queue has asked it to stop; then everything is taken from it
/// anyway.
const WHEN_CANCELLED: Duration = Duration::from_secs(10);

/// How long a handler has of which nothing is heard any more.
pub(super) const AFTER_THE_END: Duration = Duration::from_secs(5);
