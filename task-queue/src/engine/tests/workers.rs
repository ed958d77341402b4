//! Workers that come and go.

use serde_json::json;

use super::world::World;
use crate::engine::{Command, Effect, Lose, Register, Rejected, Revoke, Start};
use crate::model::{
    EndReason, FailureClass, PoolName, RetryPolicy, TaskSpec, TaskStatus, TaskType, WorkerStatus,
};

#[test]
fn revoking_ends_the_attempt_and_the_task_runs_elsewhere() {
    let mut world = World::auto();
    let first = world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    let epoch = world.epoch(task);
    let second = world.register(PoolName::CPU);
    let effects = world.apply(Command::Revoke(Revoke { worker: first }));
    let end = Effect::EndAttempt {
        task,
        worker: first,
        epoch,
        why: EndReason::WorkerRevoked,
    };
    assert_eq!(effects[0], end, "what it was handed dies first");
    assert_eq!(world.task(task).live_attempt().unwrap().worker, second);
    assert!(world.worker(first).is_revoked());
    assert_eq!(
        world.task(task).failures,
        0,
        "revocation uses up no attempt"
    );
}

#[test]
fn a_revoked_worker_stays_revoked() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    world.apply(Command::Revoke(Revoke { worker }));
    assert_eq!(world.status(task), TaskStatus::Pending);
    let refused = world
        .attempt(Command::Start(Start { task, worker }))
        .unwrap_err();
    assert!(refused.to_string().contains("revoked"));
    assert_eq!(world.apply(Command::Revoke(Revoke { worker })), []);
    assert!(matches!(
        world.worker(worker).status(),
        WorkerStatus::Revoked
    ));
    assert_eq!(world.state.idle_worker(Some(&PoolName::CPU)), None);
}

#[test]
fn losing_a_worker_uses_up_no_attempt() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    world.apply(Command::Lose(Lose { worker }));
    assert_eq!(world.status(task), TaskStatus::Pending);
    assert_eq!(world.task(task).failures, 0);
    assert!(world.state.worker(worker).is_none());
    world.register(PoolName::CPU);
    world.complete(task, json!(1)).unwrap();
}

#[test]
fn a_task_that_lost_its_worker_keeps_its_place() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    let first = world.submit_kind(TaskType::COMPUTE);
    let second = world.submit_kind(TaskType::COMPUTE);
    world.apply(Command::Lose(Lose { worker }));
    world.register(PoolName::CPU);
    assert_eq!(world.status(first), TaskStatus::Running);
    assert_eq!(world.status(second), TaskStatus::Pending);
}

#[test]
fn a_task_that_kills_worker_after_worker_fails_in_the_end() {
    let mut world = World::auto();
    let task = world.submit(TaskSpec {
        retry: RetryPolicy {
            max_losses: 2,
            ..RetryPolicy::NEVER
        }
        .into(),
        ..TaskSpec::new(TaskType::COMPUTE, json!({}))
    });
    for _ in 0..2 {
        let worker = world.register(PoolName::CPU);
        assert_eq!(world.status(task), TaskStatus::Running);
        world.apply(Command::Lose(Lose { worker }));
    }
    assert_eq!(world.status(task), TaskStatus::Failed);
    assert_eq!(
        world.task(task).failure().unwrap().class,
        FailureClass::WorkersLost
    );
}

#[test]
fn a_worker_registers_once_and_is_lost_once() {
    let mut world = World::manual();
    let worker = world.register(PoolName::GPU);
    let kind = PoolName::GPU;
    let again = world.attempt(Command::Register(Register::in_process(worker, kind)));
    assert_eq!(again, Err(Rejected::DuplicateWorker(worker)));
    world.apply(Command::Lose(Lose { worker }));
    for command in [
        Command::Lose(Lose { worker }),
        Command::Revoke(Revoke { worker }),
    ] {
        assert_eq!(world.attempt(command), Err(Rejected::NoSuchWorker(worker)));
    }
}

#[test]
fn the_idle_worker_for_a_task_fits_it() {
    let mut world = World::manual();
    let gpu = world.register(PoolName::GPU);
    assert_eq!(
        world
            .state
            .idle_worker_for(&TaskSpec::new(TaskType::GPU, json!({})).need()),
        Some(gpu)
    );
    assert_eq!(
        world
            .state
            .idle_worker_for(&TaskSpec::new(TaskType::IO, json!({})).need()),
        Some(gpu)
    );
    let cpu = world.register(PoolName::CPU);
    assert_eq!(
        world
            .state
            .idle_worker_for(&TaskSpec::new(TaskType::IO, json!({})).need()),
        Some(cpu)
    );
    assert_eq!(world.state.idle_worker(Some(&PoolName::CPU)), Some(cpu));
}
