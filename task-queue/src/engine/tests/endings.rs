//! How tasks come to their end.

use serde_json::json;

use super::world::World;
use crate::engine::{Cancel, Command, Effect, Notice, Reap};
use crate::model::{
    EndReason, Failure, PoolName, Progress, TaskSpec, TaskStatus, TaskType, Timestamp, WorkerStatus,
};

#[test]
fn a_result_completes_the_task_and_frees_the_worker() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    let effects = world.complete(task, json!({"sum": 45})).unwrap();
    let end = effects.iter().position(|effect| {
        matches!(
            effect,
            Effect::EndAttempt {
                why: EndReason::Completed,
                ..
            }
        )
    });
    let told = effects.iter().position(|effect| {
        matches!(
            effect,
            Effect::Notify {
                notice: Notice::Completed(_),
                ..
            }
        )
    });
    assert!(
        end.unwrap() < told.unwrap(),
        "what was handed out dies before others are told"
    );
    assert_eq!(**world.task(task).result().unwrap(), json!({"sum": 45}));
    assert_eq!(world.task(task).progress, Progress::DONE);
    assert_eq!(world.worker(worker).status(), WorkerStatus::Idle);
    assert_eq!(world.worker(worker).tasks_completed, 1);
}

#[test]
fn a_failure_without_a_retry_policy_is_final() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    let failure = Failure::transient("key `x` not found");
    let effects = world.fail(task, failure.clone());
    let notice = Notice::Failed(failure.clone());
    assert!(effects.contains(&Effect::Notify { task, notice }));
    assert_eq!(world.status(task), TaskStatus::Failed);
    assert_eq!(world.task(task).failure(), Some(&failure));
    assert_eq!(world.worker(worker).tasks_failed, 1);
}

#[test]
fn cancelling_ends_the_running_attempt() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    let epoch = world.epoch(task);
    let effects = world.apply(Command::Cancel(Cancel { task }));
    let why = EndReason::Cancelled;
    let end = Effect::EndAttempt {
        task,
        worker,
        epoch,
        why,
    };
    let notice = Notice::Cancelled;
    assert_eq!(effects[..2], [end, Effect::Notify { task, notice }]);
    assert_eq!(world.worker(worker).status(), WorkerStatus::Idle);
}

#[test]
fn cancelling_works_from_every_state_that_is_no_end() {
    let mut world = World::manual();
    let pending = world.submit_kind(TaskType::IO);
    let scheduled = world.submit(TaskSpec {
        not_before: Some(Timestamp::from_millis(u64::MAX)),
        ..TaskSpec::new(TaskType::IO, json!({}))
    });
    let retrying = world.submit_retrying(3);
    let worker = world.register(PoolName::CPU);
    world.start(retrying, worker);
    world.fail(retrying, Failure::transient("no"));
    assert_eq!(world.status(scheduled), TaskStatus::Scheduled);
    assert_eq!(world.status(retrying), TaskStatus::Retrying);
    for task in [pending, scheduled, retrying] {
        world.apply(Command::Cancel(Cancel { task }));
        assert_eq!(world.status(task), TaskStatus::Cancelled);
    }
    let forgotten = world
        .now
        .saturating_add(world.state.config().retention.cancelled);
    assert_eq!(
        world.state.next_wake(),
        Some(forgotten),
        "a timer has outlived its state"
    );
}

#[test]
fn reaping_forgets_what_ended_before_and_nothing_else() {
    let mut world = World::manual();
    let (old, _) = world.running();
    world.complete(old, json!(1)).unwrap();
    world.later(1_000);
    let (recent, _) = world.running();
    world.complete(recent, json!(2)).unwrap();
    let (running, _) = world.running();
    let finished_before = world.now;
    world.apply(Command::Reap(Reap { finished_before }));
    assert!(world.state.task(old).is_none());
    assert!(world.state.task(recent).is_some());
    assert!(world.state.task(running).is_some());
}
