//! Retries, timeouts and schedules: what the clock does.

use std::time::Duration;

use serde_json::json;

use super::world::{World, assignments, wakes};
use crate::engine::{
    Command, Config, DispatchMode, Emit, Reap, Rejected, Retry, SaveCheckpoint, SetProgress, Start,
    Submit,
};
use crate::model::{
    EndReason, Failure, FailureClass, Grants, PoolName, Progress, RetryPolicy, TaskSpec,
    TaskStatus, TaskType,
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

fn failing(errors: &serde_json::Value) -> TaskSpec {
    let params = json!({"retry": {"max_attempts": 3, "errors": errors}});
    TaskSpec::from_submission("compute", params, &Grants::NOTHING).unwrap()
}

fn error(name: &str) -> Failure {
    Failure {
        name: Some(name.to_owned()),
        ..Failure::transient("no")
    }
}

#[test]
fn a_rule_for_an_error_overrules_the_rest_of_the_policy() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit(failing(
        &json!({"Slow": {"retry_after": 70_000}, "Bad": "dead"}),
    ));
    let effects = world.fail(task, error("Slow"));
    let wait = wakes(&effects)[0].saturating_since(world.now);
    assert!((70_000..=77_000).contains(&wait.as_millis()), "{wait:?}");
    world.later(77_000);
    world.apply(Command::Due);
    world.fail(task, error("Bad"));
    assert_eq!(world.status(task), TaskStatus::Failed);
}

#[test]
fn a_parked_task_is_kept_until_somebody_retries_it() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit(failing(&json!({"Ask": "park"})));
    world.fail(task, error("Ask"));
    assert_eq!(world.status(task), TaskStatus::Failed);
    assert_eq!(
        world.task(task).failure().unwrap().class,
        FailureClass::Parked
    );
    assert_eq!(world.state.next_wake(), None, "nothing forgets it");
    world.later(1_000 * 24 * 60 * 60 * 1_000);
    let finished_before = world.now;
    world.apply(Command::Reap(Reap { finished_before }));
    world.apply(Command::Retry(Retry { task }));
    assert_eq!(world.status(task), TaskStatus::Running);
}

#[test]
fn a_policy_asked_for_by_name_is_the_queues() {
    let mut config = Config {
        dispatch: DispatchMode::Auto,
        ..Config::default()
    };
    let twice = RetryPolicy {
        max_attempts: 2,
        ..RetryPolicy::PATIENT
    };
    config.retries.set("twice", twice.clone());
    let mut world = World::new(config);
    let spec = |name: &str| {
        let params = json!({ "retry": name });
        TaskSpec::from_submission("compute", params, &Grants::NOTHING).unwrap()
    };
    let task = world.submit(spec("twice"));
    assert_eq!(*world.task(task).spec.retry, twice);
    let task = world.submit(spec("default"));
    assert_eq!(*world.task(task).spec.retry, RetryPolicy::PATIENT);
    let task = world.fresh_task();
    let refused = world.attempt(Command::Submit(Submit::new(task, spec("thrice"))));
    assert_eq!(refused, Err(Rejected::NoSuchRetryPolicy));
}

#[test]
fn an_attempt_of_which_nobody_says_how_long_it_may_take_takes_a_quarter_of_an_hour() {
    let mut world = World::manual();
    let (task, _) = world.running();
    world.later(15 * 60 * 1_000 - 1);
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Running);
    world.later(1);
    world.apply(Command::Due);
    assert_eq!(world.status(task), TaskStatus::Failed);
}
