//! A task as a capability: for its submitter, and for the worker that carries it out.

use std::sync::Arc;

use capnweb_runtime::{ReadableStream, Result, Revoker};
use serde_json::Value;

use super::care::Care;
use super::events::events;
use super::gpu::gpu;
use super::hub::Hub;
use super::network::network;
use super::refusal::Refusal;
use super::storage::storage;
use crate::caps::{
    AssignmentStub, Done, Event, GpuStub, NetworkStub, ProgressObserverStub, ProgressSet,
    StorageStub, Task, TaskHandleStub, TaskInfo, TaskStub,
};
use crate::engine::{
    Actor, AddLog, Cancel, Command, Complete, Emit, Fail, SaveCheckpoint, SetProgress, State,
};
use crate::model::{
    Access, Epoch, Failure, Grants, Input, Phase, Progress, Resource, Task as Record, TaskId,
    TaskStatus, TaskType, Timestamp, Waiting, WorkerId,
};

/// How many log lines a task's description shows.
const SHOWN_LOG_LINES: usize = 10;

/// Whose view of a task it is.
pub(super) enum Bearer {
    /// The submitter's.
    Submitter,
    /// A worker's, for one attempt.
    Attempt {
        /// The attempt's fence.
        epoch: Epoch,
        /// The worker.
        worker: WorkerId,
        /// Takes back everything that is handed out for the attempt.
        care: Care,
    },
}

impl Bearer {
    pub(super) const fn attempt(epoch: Epoch, worker: WorkerId, revoker: Revoker) -> Self {
        Self::Attempt {
            epoch,
            worker,
            care: Care::Revoker(revoker),
        }
    }

    /// Returns on whose authority a change of the task's record is asked for. A submitter has no
    /// method that asks for one; the scheduler would refuse an attempt that never was.
    fn actor(&self) -> Actor {
        match self {
            Self::Submitter => Actor::Attempt(Epoch::default()),
            Self::Attempt { epoch, .. } => Actor::Attempt(*epoch),
        }
    }

    /// Returns the attempt's fence, if it is for one.
    const fn epoch(&self) -> Option<Epoch> {
        match self {
            Self::Submitter => None,
            Self::Attempt { epoch, .. } => Some(*epoch),
        }
    }

    /// Returns who is said to hold a lock.
    fn name(&self, task: TaskId) -> String {
        match self {
            Self::Submitter => task.to_string(),
            Self::Attempt { worker, .. } => worker.to_string(),
        }
    }

    /// Returns in whose care the task's resources are.
    const fn care(&self) -> &Care {
        match self {
            Self::Submitter => &Care::Holder,
            Self::Attempt { care, .. } => care,
        }
    }
}

/// What of a task never changes, and its capability knows without asking.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) id: TaskId,
    pub(super) kind: TaskType,
    pub(super) grants: Grants,
}

impl Identity {
    pub(super) fn of(task: &Record) -> Self {
        Self {
            id: task.id,
            kind: task.spec.kind.clone(),
            grants: task.spec.grants.clone(),
        }
    }
}

struct ServedTask {
    hub: Arc<Hub>,
    id: TaskId,
    kind: TaskType,
    grants: Grants,
    bearer: Bearer,
}

/// Makes a submitter's reference to a task.
pub(super) fn handle(hub: &Arc<Hub>, task: Identity) -> TaskHandleStub {
    serve(hub, task, Bearer::Submitter).attenuate()
}

/// Makes a worker's reference to a task.
pub(super) fn assignment(hub: &Arc<Hub>, task: Identity, bearer: Bearer) -> AssignmentStub {
    serve(hub, task, bearer).attenuate()
}

fn serve(hub: &Arc<Hub>, task: Identity, bearer: Bearer) -> TaskStub {
    let Identity { id, kind, grants } = task;
    let hub = Arc::clone(hub);
    let brand = hub.tasks.clone();
    let task = TaskStub::new(ServedTask {
        hub,
        id,
        kind,
        grants,
        bearer,
    });
    brand.seal(&task, Arc::new(id))
}

impl ServedTask {
    /// Looks at the task's record.
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Record) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.hub.owner.read_task(self.id, look).await
    }

    /// Looks at the task's record among all others.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State, &Record) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let id = self.id;
        let found = self.hub.owner.read(move |state| {
            let task = state.task(id);
            task.map(|task| look(state, task))
        });
        found.await?.ok_or(Refusal::NoSuchTask)
    }

    async fn apply(&self, command: Command) -> Result<Done> {
        self.hub.owner.apply(command).await?;
        Ok(Done::YES)
    }

    fn granted(&self, resource: Resource) -> Result<Access, Refusal> {
        match self.grants.of(resource) {
            Access::None => Err(Refusal::NotGranted(resource)),
            access => Ok(access),
        }
    }
}

impl Task for ServedTask {
    async fn get_info(&self) -> Result<TaskInfo> {
        let now = self.hub.clock.now();
        Ok(self
            .look(move |state, task| describe(state, task, now))
            .await?)
    }

    async fn get_storage(&self) -> Result<StorageStub> {
        self.granted(Resource::Storage)?;
        let holder = self.bearer.name(self.id);
        let storage = storage(&self.hub, &self.grants, holder, self.bearer.care());
        Ok(storage?)
    }

    async fn get_gpu(&self) -> Result<GpuStub> {
        self.granted(Resource::Gpu)?;
        Ok(gpu(&self.hub, self.bearer.care()))
    }

    async fn get_network(&self) -> Result<NetworkStub> {
        let access = self.granted(Resource::Network)?;
        Ok(network(&self.hub, access, self.bearer.care()))
    }

    async fn set_progress(&self, progress: f64) -> Result<ProgressSet> {
        let progress = Progress::new(progress).map_err(Refusal::from)?;
        let (task, actor) = (self.id, self.bearer.actor());
        self.apply(Command::SetProgress(SetProgress {
            task,
            actor,
            progress,
        }))
        .await?;
        Ok(ProgressSet {
            success: true,
            progress: progress.fraction(),
        })
    }

    async fn add_log(&self, text: String) -> Result<Done> {
        let (task, actor) = (self.id, self.bearer.actor());
        self.apply(Command::AddLog(AddLog {
            task,
            actor,
            line: text,
        }))
        .await
    }

    async fn emit(&self, part: Value) -> Result<Done> {
        let (task, actor) = (self.id, self.bearer.actor());
        self.apply(Command::Emit(Emit {
            task,
            actor,
            value: part,
        }))
        .await
    }

    async fn save_checkpoint(&self, checkpoint: Value) -> Result<Done> {
        let (task, actor) = (self.id, self.bearer.actor());
        self.apply(Command::SaveCheckpoint(SaveCheckpoint {
            task,
            actor,
            value: checkpoint,
        }))
        .await
    }

    async fn checkpoint(&self) -> Result<Value> {
        let checkpoint = self.read(|task| task.checkpoint.clone()).await?;
        Ok(checkpoint.map_or(Value::Null, |checkpoint| checkpoint.as_ref().clone()))
    }

    async fn partial_results(&self) -> Result<Vec<Value>> {
        Ok(self.read(partial_results).await?)
    }

    async fn inputs(&self) -> Result<Vec<Input>> {
        Ok(self.look(inputs).await?)
    }

    async fn why(&self) -> Result<Option<Waiting>> {
        let now = self.hub.clock.now();
        Ok(self
            .look(move |state, task| state.waits_for(task, now))
            .await?)
    }

    async fn complete(&self, result: Value) -> Result<Done> {
        let (task, actor) = (self.id, self.bearer.actor());
        self.apply(Command::Complete(Complete {
            task,
            actor,
            result,
        }))
        .await
    }

    async fn fail(
        &self,
        message: String,
        code: Option<String>,
        retryable: Option<bool>,
    ) -> Result<Done> {
        let (task, actor) = (self.id, self.bearer.actor());
        let failure = match retryable {
            Some(false) => Failure::permanent(message),
            Some(true) | None => Failure::transient(message),
        };
        let failure = Failure { code, ..failure };
        self.apply(Command::Fail(Fail {
            task,
            actor,
            failure,
        }))
        .await
    }

    async fn cancel(&self) -> Result<Done> {
        self.apply(Command::Cancel(Cancel { task: self.id })).await
    }

    async fn is_cancelled(&self) -> Result<bool> {
        let epoch = self.bearer.epoch();
        Ok(self.read(move |task| is_unwanted(task, epoch)).await?)
    }

    async fn set_progress_callback(&self, callback: ProgressObserverStub) -> Result<Done> {
        let hub = Arc::clone(&self.hub);
        // Within the owner's turn, so that no report falls between looking and listening.
        self.read(move |task| hub.observers.observe(task, callback))
            .await?;
        Ok(Done::YES)
    }

    async fn events(&self, from: Option<u64>) -> Result<ReadableStream<Event>> {
        Ok(events(&self.hub, self.id, from.unwrap_or_default()).await?)
    }

    fn id(&self) -> TaskId {
        self.id
    }

    fn kind(&self) -> TaskType {
        self.kind.clone()
    }

    async fn status(&self) -> Result<TaskStatus> {
        Ok(self.read(Record::status).await?)
    }

    async fn progress(&self) -> Result<f64> {
        Ok(self.read(|task| task.progress.fraction()).await?)
    }

    fn epoch(&self) -> u64 {
        self.bearer.epoch().unwrap_or_default().number()
    }
}

/// Returns whether the task was cancelled; for an attempt, also whether that is to stop or has ended.
fn is_unwanted(task: &Record, epoch: Option<Epoch>) -> bool {
    let Some(epoch) = epoch else {
        return task.status() == TaskStatus::Cancelled;
    };
    let attempt = task.live_attempt();
    let attempt = attempt.filter(|attempt| attempt.epoch == epoch);
    attempt.is_none_or(|attempt| attempt.phase == Phase::Stopping)
}

/// Returns what came of the tasks that this one comes after.
pub(super) fn inputs(state: &State, task: &Record) -> Vec<Input> {
    let before = task.spec.after.tasks.iter();
    let before = before.filter_map(|id| state.task(*id));
    let input = |task: &Record| Input {
        task_id: task.id,
        status: task.status(),
        result: task.result().map(|result| result.as_ref().clone()),
        error: task.failure().map(|failure| failure.message.clone()),
    };
    before.map(input).collect()
}

fn describe(state: &State, task: &Record, now: Timestamp) -> TaskInfo {
    let latest = task.events.log_lines().rev().take(SHOWN_LOG_LINES);
    let mut logs: Vec<_> = latest.map(str::to_owned).collect();
    logs.reverse();
    TaskInfo {
        id: task.id,
        kind: task.spec.kind.clone(),
        params: task.spec.params.value(),
        status: task.status(),
        progress: task.progress.fraction(),
        result: task.result().map(|result| result.as_ref().clone()),
        error: task.failure().map(|failure| failure.message.clone()),
        logs,
        partial_results: partial_results(task),
        failures: task.failures,
        grants: task.spec.grants.clone(),
        waiting: state.waits_for(task, now),
    }
}

fn partial_results(task: &Record) -> Vec<Value> {
    task.partial_results
        .iter()
        .map(|part| part.as_ref().clone())
        .collect()
}
