//! What becomes of a queue when its process goes, its store fails, or time goes by.

use std::time::Duration;

use serde_json::json;

use super::world::World;
use crate::engine::{
    AddLog, Cancel, Command, Disband, Emit, Retry, Revoke, SaveCheckpoint, SetProgress, State,
    Submit, apply,
};
use crate::model::{
    Change, EndReason, Failure, FailureClass, Kept, PoolName, Progress, RecordId, Snapshot, TaskId,
    TaskSpec, TaskState, TaskStatus, TaskType,
};

fn records(changes: &[Change]) -> Vec<RecordId> {
    changes.iter().map(RecordId::of).collect()
}

fn contents(world: &World) -> Snapshot {
    Snapshot {
        tasks: world.state.tasks().into_iter().cloned().collect(),
        workers: world.state.workers().into_iter().cloned().collect(),
        ..Snapshot::default()
    }
}

/// Takes what has changed, as if it was committed.
fn store(world: &mut World) -> Vec<Change> {
    world.state.take_changes()
}

fn kept(changes: &[Change]) -> Kept {
    match changes {
        [Change::PutTask { kept, .. }] => *kept,
        other => panic!("one task was written, not {other:?}"),
    }
}

#[test]
fn a_stop_burns_neither_an_attempt_nor_a_loss() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    world.apply(Command::Disband(Disband::InOrder));
    let record = world.task(task);
    assert_eq!(record.status(), TaskStatus::Pending);
    assert_eq!((record.failures, record.losses.len()), (0, 0));
    assert_eq!(record.history[0].why, EndReason::WorkerLeft);
    assert_eq!(world.state.worker_count(), 0);
}

#[test]
fn a_crash_counts_neither_as_a_loss_nor_as_an_attempt() {
    let mut world = World::auto();
    for _ in 0..2 {
        world.register(PoolName::CPU);
    }
    let tasks = [(); 3].map(|()| world.submit_kind(TaskType::COMPUTE));
    world.apply(Command::Disband(Disband::Lost));
    for (task, attempts) in tasks.into_iter().zip([1, 1, 0]) {
        let record = world.task(task);
        assert_eq!(record.status(), TaskStatus::Pending);
        assert_eq!((record.failures, record.losses.len()), (0, 0));
        assert_eq!(record.history.len(), attempts);
    }
    let worker = world.register(PoolName::CPU);
    let first = world.task(tasks[0]).live_attempt().unwrap();
    assert_eq!(first.worker, worker, "it is again the first in the queue");
}

/// The faults: a few restarts are the end of whatever was long; a task that takes its process down does
/// so for ever.
#[test]
fn a_task_outlives_nine_crashes_within_three_days_and_not_a_tenth() {
    let mut world = World::auto();
    let task = world.submit_kind(TaskType::COMPUTE);
    let crash = |world: &mut World| {
        world.register(PoolName::CPU);
        assert_eq!(world.status(task), TaskStatus::Running);
        world.apply(Command::Disband(Disband::Lost));
    };
    for _ in 0..9 {
        crash(&mut world);
    }
    world.now = world.now.saturating_add(Duration::from_hours(73));
    for _ in 0..9 {
        crash(&mut world);
        assert_eq!(world.status(task), TaskStatus::Pending);
    }
    crash(&mut world);
    let TaskState::Failed { failure, .. } = &world.task(task).state else {
        panic!("it goes on");
    };
    assert_eq!(failure.class, FailureClass::WorkersLost);
}

#[test]
fn a_retried_task_counts_its_attempts_anew_and_keeps_what_it_had() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    let (actor, value) = (world.live(task), json!({"at": 3}));
    world.apply(Command::SaveCheckpoint(SaveCheckpoint {
        task,
        actor,
        value,
    }));
    let before = world.epoch(task);
    world.fail(task, Failure::permanent("no"));
    world.apply(Command::Retry(Retry { task }));
    let record = world.task(task);
    assert_eq!(record.status(), TaskStatus::Running);
    assert_eq!(record.failures, 0);
    assert!(record.epoch > before, "an earlier attempt is heard again");
    assert_eq!(record.checkpoint.as_deref(), Some(&json!({"at": 3})));
    assert_eq!(
        world.state.next_wake(),
        record.live_attempt().and_then(|attempt| attempt.deadline),
        "it would be forgotten while it runs"
    );
}

#[test]
fn what_has_ended_is_forgotten_when_its_retention_is_over_and_not_before() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let retention = world.state.config().retention;
    let completed = world.submit_kind(TaskType::COMPUTE);
    world.complete(completed, json!(1)).unwrap();
    let failed = world.submit_kind(TaskType::COMPUTE);
    world.fail(failed, Failure::permanent("no"));
    let waiting = world.submit_kind(TaskType::GPU);
    let ended = world.now;
    let there =
        |world: &World| [completed, failed, waiting].map(|task| world.state.task(task).is_some());
    for (after, expected) in [
        (
            retention.completed.saturating_sub(MILLI),
            [true, true, true],
        ),
        (retention.completed, [false, true, true]),
        (retention.failed, [false, false, true]),
    ] {
        world.now = ended.saturating_add(after);
        world.apply(Command::Due);
        assert_eq!(there(&world), expected, "after {after:?}");
    }
    assert_eq!(world.state.next_wake(), None);
}

const MILLI: Duration = Duration::from_millis(1);

/// The fault: a turn that takes as long as there are old tasks, in which nobody is answered.
#[test]
fn a_heap_of_old_tasks_is_forgotten_in_parts() {
    let mut world = World::manual();
    for _ in 0..2_500 {
        let task = world.fresh_task();
        let spec = TaskSpec::new(TaskType::IO, json!({}));
        for command in [
            Command::Submit(Submit::new(task, spec)),
            Command::Cancel(Cancel { task }),
        ] {
            apply(&mut world.state, command, world.now).unwrap();
        }
    }
    world.now = world
        .now
        .saturating_add(world.state.config().retention.cancelled);
    for left in [1_500, 500, 0] {
        assert!(world.state.next_wake().is_some_and(|at| at <= world.now));
        world.apply(Command::Due);
        assert_eq!(world.state.task_count(), left);
    }
}

#[test]
fn a_state_whose_commit_has_failed_goes_back_to_what_is_stored() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let running = world.submit_kind(TaskType::COMPUTE);
    let waiting = world.submit_kind(TaskType::COMPUTE);
    store(&mut world);
    let before = world.state.clone();
    let stored = contents(&world);

    let other = world.register(PoolName::GPU);
    world.complete(running, json!(1)).unwrap();
    let new = world.submit_kind(TaskType::IO);
    assert_eq!(world.status(waiting), TaskStatus::Running);
    let failed = records(&store(&mut world));
    let is_in_question = |id: TaskId| {
        failed
            .iter()
            .any(|record| matches!(record, RecordId::Task { id: of, .. } if *of == id))
    };
    let stored = Snapshot {
        tasks: stored
            .tasks
            .into_iter()
            .filter(|task| is_in_question(task.id))
            .collect(),
        workers: Vec::new(),
        ..Snapshot::default()
    };
    world.state.revert(&failed, stored);
    assert!(world.state.task(new).is_none() && world.state.worker(other).is_none());
    assert_eq!(world.state.tasks(), before.tasks());
    assert_eq!(world.state.next_wake(), before.next_wake());
    assert_eq!(world.state.bytes(), before.bytes());
    let busy = world.task(running).live_attempt().unwrap().worker;
    assert_eq!(world.worker(busy).running, [running].into());
    assert!(!world.state.has_changes());
    assert_eq!(world.state.next_match(world.now), None);
    world.complete(running, json!(1)).unwrap();
    assert_eq!(world.status(waiting), TaskStatus::Running);
}

#[test]
fn reports_wait_and_what_must_be_stored_does_not() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    store(&mut world);
    let actor = world.live(task);
    let progress = Progress::new(0.5).unwrap();
    world.apply(Command::SetProgress(SetProgress {
        task,
        actor,
        progress,
    }));
    let line = "half".to_owned();
    world.apply(Command::AddLog(AddLog { task, actor, line }));
    assert!(!world.state.has_changes() && world.state.has_reports());
    assert_eq!(store(&mut world), []);
    let reported = world.state.take_reports();
    assert_eq!(
        kept(&reported),
        Kept {
            partial_results: 0,
            checkpoint: true,
            events: 0,
        }
    );
    assert!(!world.state.has_reports());

    let line = "all".to_owned();
    world.apply(Command::AddLog(AddLog { task, actor, line }));
    world.complete(task, json!(1)).unwrap();
    assert_eq!(store(&mut world).len(), 1);
    assert!(!world.state.has_reports(), "it would be written twice");
}

#[test]
fn only_what_is_new_of_the_large_parts_is_written() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    let actor = world.live(task);
    let value = json!(1);
    let emit = || {
        let value = value.clone();
        Command::Emit(Emit { task, actor, value })
    };
    world.apply(emit());
    let changes = store(&mut world);
    let first = changes.iter().find_map(|change| match change {
        Change::PutTask { kept, .. } => Some(*kept),
        _ => None,
    });
    assert_eq!(
        first,
        Some(Kept::NOTHING),
        "nothing of a new task is stored"
    );
    world.apply(emit());
    world.apply(emit());
    assert_eq!(
        kept(&store(&mut world)),
        Kept {
            partial_results: 1,
            checkpoint: true,
            events: 0,
        }
    );
    let value = json!("c");
    world.apply(Command::SaveCheckpoint(SaveCheckpoint {
        task,
        actor,
        value,
    }));
    assert_eq!(
        kept(&store(&mut world)),
        Kept {
            partial_results: 3,
            checkpoint: false,
            events: 0,
        }
    );
    world.complete(task, json!(1)).unwrap();
    assert_eq!(
        kept(&store(&mut world)),
        Kept {
            partial_results: 3,
            checkpoint: true,
            events: 0,
        }
    );
}

#[test]
fn a_worker_is_written_when_it_comes_and_when_it_is_dismissed_only() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    assert_eq!(store(&mut world).len(), 1);
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(
        store(&mut world).len(),
        1,
        "the task's record says who works on it"
    );
    let restored = State::restore(world.state.config().clone(), contents(&world));
    assert_eq!(restored.worker(worker).unwrap().running, [task].into());
    world.complete(task, json!(1)).unwrap();
    assert_eq!(store(&mut world).len(), 1);
    world.apply(Command::Revoke(Revoke { worker }));
    assert_eq!(records(&store(&mut world)), [RecordId::Worker(worker)]);
}
