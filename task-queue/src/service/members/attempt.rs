//! One attempt of a worker that has joined.

use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Error, Membrane, Revoker, Value as WireValue};
use serde_json::Value;
use tokio::sync::oneshot;

use super::parting::insist;
use super::present::Present;
use crate::caps::{AssignmentStub, Briefing, WorkerAgentStub};
use crate::engine::{Actor, Assignment, Command, Complete, Fail};
use crate::model::{Epoch, Failure, Task, TaskId};
use crate::service::hub::Hub;
use crate::service::live::{Far, Running, Work};
use crate::service::task::{Bearer, Identity, assignment};

/// Has a worker that has joined carry out an attempt; nobody, if it has just gone.
///
/// Whatever crosses to the worker or comes from it, however deep, is behind one membrane, which the
/// end of the attempt takes away.
pub(in crate::service) fn start(hub: &Arc<Hub>, begun: Assignment) -> Running {
    let Some(present) = hub.members.find(begun.worker) else {
        // It is about to be lost, or comes back and does not ask for what it has never heard of.
        return Running {
            revoker: Revoker::new(),
            work: None,
            far: None,
        };
    };
    let task = Identity {
        id: begun.task,
        kind: begun.spec.kind.clone(),
        grants: begun.spec.grants.clone(),
    };
    let equipped = Equipped::new(hub, &present, task, begun.epoch);
    let agent = equipped.membrane.inward(&present.agent);
    let (answering, answered) = oneshot::channel();
    let (hub, assignment) = (Arc::clone(hub), equipped.inner.clone());
    let work = present.errands.run(async move {
        carry_out(&hub, begun, agent, assignment).await;
        // Dropped when the work is stopped, too.
        drop(answering);
    });
    let mut running = equipped.into_running(present, Some(answered));
    running.work = Some(Work::Errand(work));
    running
}

/// Hands out the assignment of an attempt that is under way to a worker that has come back.
pub(super) fn hand_out_again(
    hub: &Arc<Hub>,
    present: &Arc<Present>,
    task: &Task,
    epoch: Epoch,
) -> AssignmentStub {
    present.claim(task.id, epoch);
    if let Some(known) = hub.live.assignment(task.id, epoch, present) {
        return known;
    }
    let equipped = Equipped::new(hub, present, Identity::of(task), epoch);
    let outer = equipped.outer.clone();
    let running = equipped.into_running(Arc::clone(present), None);
    hub.live.begin(task.id, epoch, running);
    outer
}

/// What is there for one attempt.
struct Equipped {
    revoker: Revoker,
    membrane: Membrane,
    /// The assignment, on our side.
    inner: AssignmentStub,
    /// The same, on the worker's side.
    outer: AssignmentStub,
}

impl Equipped {
    fn new(hub: &Arc<Hub>, present: &Present, task: Identity, epoch: Epoch) -> Self {
        let revoker = Revoker::new();
        let membrane = Membrane::new();
        let bearer = Bearer::attempt(epoch, present.worker, revoker.clone());
        let inner = assignment(hub, task, bearer);
        let outer = membrane.outward(&inner);
        Self {
            revoker,
            membrane,
            inner,
            outer,
        }
    }

    fn into_running(
        self,
        present: Arc<Present>,
        answered: Option<oneshot::Receiver<()>>,
    ) -> Running {
        Running {
            revoker: self.revoker,
            work: None,
            far: Some(Far {
                present,
                membrane: self.membrane.revoker(),
                assignment: self.outer,
                answered,
            }),
        }
    }
}

/// Has the worker carry out the task, and records what it answers. What it answers for an attempt
/// that it has ended itself is not heard.
async fn carry_out(
    hub: &Hub,
    begun: Assignment,
    agent: WorkerAgentStub,
    assignment: AssignmentStub,
) {
    let (task, epoch) = (begun.task, begun.epoch);
    let outcome = match agent.execute(assignment, briefing(&begun)).await {
        // Whether it comes back is for the lease to say.
        Err(error) if error.is_disconnected() => return,
        Err(error) => Err(failure_of(&error)),
        Ok(result) => complete(hub, task, epoch, result).await,
    };
    if let Err(failure) = outcome {
        let actor = Actor::Attempt(epoch);
        let failed = Command::Fail(Fail {
            task,
            actor,
            failure,
        });
        insist(hub, failed).await;
    }
}

/// Says what there is to know of an attempt as it begins.
fn briefing(begun: &Assignment) -> Briefing {
    let checkpoint = begun.checkpoint.as_deref();
    Briefing {
        id: begun.task,
        kind: begun.spec.kind.clone(),
        params: begun.spec.params.value(),
        epoch: begun.epoch.number(),
        failures: begun.failures,
        grants: begun.spec.grants.clone(),
        checkpoint: checkpoint.cloned().unwrap_or_default(),
    }
}

/// Records the result; while that cannot be stored, it is kept.
async fn complete(hub: &Hub, task: TaskId, epoch: Epoch, result: Value) -> Result<(), Failure> {
    let actor = Actor::Attempt(epoch);
    let completed = Command::Complete(Complete {
        task,
        actor,
        result,
    });
    loop {
        match hub.owner.apply(completed.clone()).await {
            Err(refusal) if refusal.is_unstored() => tokio::time::sleep(UNTIL_STORED).await,
            Err(refusal) => return Err(Failure::permanent(refusal.to_string())),
            Ok(()) => return Ok(()),
        }
    }
}

/// Returns what the worker's error says. One that says that it is not `retryable` is permanent, and
/// so is a result that is none. `retryAfter` are the milliseconds that the next attempt is to wait.
fn failure_of(error: &Error) -> Failure {
    let message = error.to_string();
    let permanent = matches!(error, Error::Mistyped(_))
        || matches!(error.prop("retryable"), Some(WireValue::Bool(false)));
    let failure = if permanent {
        Failure::permanent(message)
    } else {
        Failure::transient(message)
    };
    let class = error.class().name().to_owned();
    Failure {
        name: Some(text(error.prop("name")).unwrap_or(class)),
        code: text(error.prop("code")),
        retry_after_ms: millis(error.prop("retryAfter")),
        ..failure
    }
}

fn millis(value: Option<&WireValue>) -> Option<u64> {
    match value {
        Some(WireValue::Number(millis)) => crate::model::whole(&serde_json::json!(millis.ceil())),
        _ => None,
    }
}

fn text(value: Option<&WireValue>) -> Option<String> {
    match value {
        Some(WireValue::String(text)) => Some(text.clone()),
        Some(WireValue::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// How long an outcome waits that could not be stored.
const UNTIL_STORED: Duration = Duration::from_secs(1);
