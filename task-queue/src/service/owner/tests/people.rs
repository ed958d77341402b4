//! Those who use the queue: clients who submit, and workers who come late, twice, or never.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::history::word;
use super::stage::Stage;
use crate::engine::{
    Actor, AddLog, Assignment, Cancel, Command, Complete, Emit, Fail, Lose, Register, Retry,
    SaveCheckpoint, SetProgress, State, Submit,
};
use crate::model::{
    Concurrency, Failure, OnFailure, PoolName, Priority, Progress, RetryPolicy, TaskId, TaskSpec,
    TaskType, WorkerId,
};
use crate::service::owner::World as _;
use crate::service::refusal::Refusal;

/// Submits tasks, each once; now and then one is cancelled, or tried again.
pub(super) async fn client(stage: Arc<Stage>, tasks: usize) {
    let mut latest = None;
    for _ in 0..tasks {
        stage.linger(20).await;
        let task = stage.with_dice(TaskId::generate);
        let spec = spec(&stage, latest);
        match stage.apply(Command::Submit(Submit::new(task, spec))).await {
            Ok(()) => {
                stage.history().accept(task);
                latest = Some(task);
            }
            Err(Refusal::StorageFull) => {
                stage.history().refuse(task);
                continue;
            }
            // Nobody knows whether it was.
            Err(_) => continue,
        }
        if stage.roll(10) == 0 {
            stage.linger(30).await;
            drop(stage.apply(Command::Cancel(Cancel { task })).await);
        }
        if stage.roll(10) == 0 {
            stage.linger(30).await;
            drop(stage.apply(Command::Retry(Retry { task })).await);
        }
    }
}

/// How many tasks with a key run at once.
pub(super) const KEY_MAX: u32 = 2;

fn spec(stage: &Stage, latest: Option<TaskId>) -> TaskSpec {
    let mut spec = TaskSpec::new(TaskType::COMPUTE, serde_json::json!({}));
    spec.retry = RetryPolicy {
        max_attempts: 4,
        max_losses: 1_000,
        unit_ms: 5,
        max_delay_ms: 50,
        ..RetryPolicy::NEVER
    }
    .into();
    if stage.roll(4) == 0 {
        spec.timeout = Some(Duration::from_millis(15));
    }
    if stage.roll(3) == 0 {
        let key = "k".into();
        spec.concurrency = Some(Box::new(Concurrency { key, max: KEY_MAX }));
    }
    if stage.roll(3) == 0 {
        spec.after.tasks = latest.into_iter().collect();
        spec.after.on_failure = OnFailure::Run;
    }
    if stage.roll(3) == 0 {
        spec.priority = Priority::HIGH;
    }
    if stage.roll(4) == 0 {
        spec.not_before = Some(stage.now().saturating_add(Duration::from_millis(40)));
    }
    spec
}

/// Looks at what has happened to tasks, now and then, and again when the owner is another.
pub(super) async fn watcher(stage: Arc<Stage>) {
    loop {
        stage.linger(25).await;
        let owner = stage.any_owner();
        let Some(owner) = owner else { continue };
        let look = |state: &State| {
            let tasks = state.tasks().into_iter();
            let events = tasks.map(|task| (task.id, task.stored_events(1).collect()));
            events.collect::<Vec<_>>()
        };
        for (task, events) in owner.read(look).await.unwrap_or_default() {
            stage.history().watch(task, events);
        }
    }
}

/// Has workers carry out what is assigned, whoever they are.
pub(super) async fn workers(stage: Arc<Stage>, mut assigned: mpsc::UnboundedReceiver<Assignment>) {
    while let Some(assignment) = assigned.recv().await {
        if stage.roll(12) == 0 {
            drop(tokio::spawn(lose(Arc::clone(&stage), assignment.worker)));
        }
        drop(tokio::spawn(attempt(Arc::clone(&stage), assignment)));
    }
}

/// Has there be a worker more, however often it takes to say so.
pub(super) async fn hire(stage: &Stage) {
    let worker = stage.with_dice(WorkerId::generate);
    let kind = PoolName::CPU;
    // It may have been heard although nobody says so, and refuses it then as known.
    while let Err(Refusal::NotStored | Refusal::StorageFull) = stage
        .apply(Command::Register(Register::in_process(
            worker,
            kind.clone(),
        )))
        .await
    {
        stage.linger(10).await;
    }
}

/// The queue hears that a worker is gone, and gets another. The worker does not know.
async fn lose(stage: Arc<Stage>, worker: WorkerId) {
    stage.linger(20).await;
    if insist(&stage, Command::Lose(Lose { worker })).await {
        hire(&stage).await;
    }
}

/// Carries out an assignment. Whatever it says can come late, after the attempt has ended or after a
/// crash, and twice.
async fn attempt(stage: Arc<Stage>, begun: Assignment) {
    let (task, epoch) = (begun.task, begun.epoch);
    let actor = Actor::Attempt(epoch);
    for step in 0..stage.roll(4) {
        stage.linger(10).await;
        let value = word(epoch, &format!("part {step}"));
        let command = match stage.roll(4) {
            3 => Command::AddLog(AddLog {
                task,
                actor,
                line: format!("step {step}"),
            }),
            0 => Command::SaveCheckpoint(SaveCheckpoint { task, actor, value }),
            1 => Command::SetProgress(SetProgress {
                task,
                actor,
                progress: Progress::DONE,
            }),
            _ => {
                let part = value.clone();
                if stage
                    .apply(Command::Emit(Emit { task, actor, value }))
                    .await
                    .is_ok()
                {
                    stage.history().deliver(task, part);
                }
                continue;
            }
        };
        drop(stage.apply(command).await);
    }
    if stage.roll(20) == 0 {
        // A worker that hangs; the time limit, or the loss of it, ends the attempt.
        stage.linger(400).await;
    }
    let last = if stage.roll(4) == 0 {
        let failure = Failure::transient("no");
        Command::Fail(Fail {
            task,
            actor,
            failure,
        })
    } else {
        let result = word(epoch, "the result");
        Command::Complete(Complete {
            task,
            actor,
            result,
        })
    };
    if stage.roll(5) == 0 {
        drop(tokio::spawn(say_late(Arc::clone(&stage), last.clone())));
    }
    insist(&stage, last).await;
}

async fn say_late(stage: Arc<Stage>, command: Command) {
    stage.linger(200).await;
    drop(stage.apply(command).await);
}

/// Says something until it is stored or refused; returns whether it was accepted.
async fn insist(stage: &Stage, command: Command) -> bool {
    loop {
        match stage.apply(command.clone()).await {
            Err(refusal) if refusal.is_unstored() => sleep(Duration::from_millis(7)).await,
            outcome => return outcome.is_ok(),
        }
    }
}
