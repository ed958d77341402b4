//! Retries, timeouts and schedules: what the clock does.

use std::time::Duration;

use serde_json::json;

use super::world::{World, assignments, wakes};
use crate::engine::{Command, Emit, Rejected, SaveCheckpoint, SetProgress, Start};
use crate::model::{
    EndReason, Failure, FailureClass, PoolName, Progress, RetryPolicy, TaskSpec, TaskStatus,
    TaskType,
};

#[test]
fn a_failed_attempt_waits_out_its_backoff_and_is_pending_again() {
    let mut world = World::manual();
    let task = world.submit_retrying(3);
    let worker = world.register(PoolName::CPU);
    world.start(task, worker);
    let effects = world.fail(task, Failure::transient("no"));
    assert_eq!(world.status(task), TaskStatus::Retrying);
    let due = world
        .now
        .saturating_add(RetryPolicy::PATIENT.delay(1, task));
    assert_eq!(wakes(&effects), [due]);
    world.now = crate::model::Timestamp::from_millis(due.as_millis() - 1);
    world.apply(Command::Due);
    assert_eq!(
        world.status(task),
        TaskStatus::Retrying,
        "not before its time"
    );
    let refused = world.attempt(Command::Start(Start { task, worker }));
    assert_eq!(refused, Err(Rejected::TaskNotPending(TaskStatus::Retrying)));
    world.now = due;
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Pending);
}

#[test]
fn waits_grow_from_failure_to_failure() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(4);
    let mut waits = Vec::new();
    while world.status(task) == TaskStatus::Running {
        let effects = world.fail(task, Failure::transient("no"));
        if world.status(task) == TaskStatus::Failed {
            break;
        }
        let due = *wakes(&effects).last().unwrap();
        waits.push(due.saturating_since(world.now));
        world.now = due;
        world.apply(Command::Due);
    }
    assert_eq!(waits.len(), 3);
    assert!(waits[1] > waits[0] && waits[2] > waits[1] * 5, "{waits:?}");
    assert_eq!(world.status(task), TaskStatus::Failed);
}

#[test]
fn out_of_attempts_the_task_fails_with_its_last_error() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(2);
    world.fail(task, Failure::transient("first"));
    world.later(10_000);
    world.apply(Command::Due);
    world.fail(task, Failure::transient("second"));
    assert_eq!(world.status(task), TaskStatus::Failed);
    assert_eq!(world.task(task).failure().unwrap().message, "second");
    assert_eq!(world.task(task).history.len(), 2);
}

#[test]
fn a_permanent_failure_is_not_tried_again() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(5);
    world.fail(task, Failure::permanent("permission denied"));
    assert_eq!(world.status(task), TaskStatus::Failed);
}

#[test]
fn partial_results_and_the_checkpoint_are_handed_to_the_next_attempt() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(2);
    let actor = world.live(task);
    let value = json!("part");
    world.apply(Command::Emit(Emit { task, actor, value }));
    let value = json!({"next": 7});
    world.apply(Command::SaveCheckpoint(SaveCheckpoint {
        task,
        actor,
        value,
    }));
    let progress = Progress::new(0.7).unwrap();
    world.apply(Command::SetProgress(SetProgress {
        task,
        actor,
        progress,
    }));
    world.fail(task, Failure::transient("no"));
    assert_eq!(*world.task(task).partial_results[0], json!("part"));
    world.later(10_000);
    let effects = world.apply(Command::Due);
    let next = assignments(&effects).pop().unwrap();
    assert_eq!(next.epoch.number(), 2);
    assert_eq!(next.checkpoint.as_deref(), Some(&json!({"next": 7})));
    assert_eq!(*next.partial_results[0], json!("part"));
    assert_eq!(world.task(task).progress, progress, "it goes on from there");
}

#[test]
fn a_new_attempt_without_a_checkpoint_begins_at_nothing() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(2);
    let actor = world.live(task);
    let progress = Progress::new(0.7).unwrap();
    world.apply(Command::SetProgress(SetProgress {
        task,
        actor,
        progress,
    }));
    world.fail(task, Failure::transient("no"));
    world.later(10_000);
    world.apply(Command::Due);
    assert_eq!(world.task(task).progress, Progress::NONE);
}

#[test]
fn an_attempt_that_takes_too_long_fails() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    let task = world.submit(TaskSpec {
        timeout: Some(Duration::from_millis(50)),
        ..TaskSpec::new(TaskType::COMPUTE, json!({}))
    });
    world.later(49);
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Running);
    world.later(1);
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Failed);
    assert_eq!(
        world.task(task).failure().unwrap().class,
        FailureClass::TimedOut
    );
    assert_eq!(world.task(task).history[0].why, EndReason::TimedOut);
    assert_eq!(world.worker(worker).tasks_failed, 1);
}

#[test]
fn a_scheduled_task_waits_for_its_time() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let start = world.now.saturating_add(Duration::from_secs(5));
    let task = world.submit(TaskSpec {
        not_before: Some(start),
        ..TaskSpec::new(TaskType::COMPUTE, json!({}))
    });
    assert_eq!(world.status(task), TaskStatus::Scheduled);
    assert_eq!(world.state.next_wake(), Some(start));
    world.now = start;
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Running);
}

#[test]
fn a_time_that_has_passed_schedules_nothing() {
    let mut world = World::manual();
    let not_before = Some(world.now);
    let task = world.submit(TaskSpec {
        not_before,
        ..TaskSpec::new(TaskType::COMPUTE, json!({}))
    });
    assert_eq!(world.status(task), TaskStatus::Pending);
}
