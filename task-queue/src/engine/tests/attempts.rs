//! Attempts: what they may say, and that they are not heard once they have ended.

use serde_json::json;

use super::world::World;
use crate::engine::{
    Actor, AddLog, Cancel, Command, Complete, Effect, Emit, Fail, Lose, Notice, Rejected,
    SaveCheckpoint, SetProgress, Start,
};
use crate::model::{
    EndReason, Failure, PoolName, Progress, TaskId, TaskStatus, TaskType, WorkerStatus,
};

fn everything_an_attempt_can_say(task: TaskId, actor: Actor) -> Vec<Command> {
    let value = json!("x");
    vec![
        Command::SetProgress(SetProgress {
            task,
            actor,
            progress: Progress::DONE,
        }),
        Command::AddLog(AddLog {
            task,
            actor,
            line: "x".to_owned(),
        }),
        Command::Emit(Emit {
            task,
            actor,
            value: value.clone(),
        }),
        Command::SaveCheckpoint(SaveCheckpoint {
            task,
            actor,
            value: value.clone(),
        }),
        Command::Fail(Fail {
            task,
            actor,
            failure: Failure::transient("x"),
        }),
        Command::Complete(Complete {
            task,
            actor,
            result: value,
        }),
    ]
}

#[test]
fn starting_makes_the_task_run_and_the_worker_busy() {
    let mut world = World::manual();
    let task = world.submit_kind(TaskType::COMPUTE);
    let worker = world.register(PoolName::CPU);
    let assignment = world.start(task, worker);
    assert_eq!(assignment.epoch, world.epoch(task));
    assert_eq!(assignment.epoch.number(), 1);
    assert_eq!(world.status(task), TaskStatus::Running);
    assert_eq!(world.worker(worker).running, [task].into());
}

#[test]
fn a_busy_worker_takes_no_second_task() {
    let mut world = World::manual();
    let (_, worker) = world.running();
    let task = world.submit_kind(TaskType::COMPUTE);
    let refused = world
        .attempt(Command::Start(Start { task, worker }))
        .unwrap_err();
    assert_eq!(refused, Rejected::WorkerBusy);
    assert_eq!(refused.to_string(), "Worker is busy");
}

#[test]
fn a_running_task_is_not_started_again() {
    let mut world = World::manual();
    let (task, _) = world.running();
    let worker = world.register(PoolName::CPU);
    let refused = world.attempt(Command::Start(Start { task, worker }));
    assert_eq!(refused, Err(Rejected::TaskNotPending(TaskStatus::Running)));
}

#[test]
fn a_cpu_worker_is_refused_a_gpu_task_which_stays_pending() {
    let mut world = World::manual();
    let task = world.submit_kind(TaskType::GPU);
    let worker = world.register(PoolName::CPU);
    let refused = world
        .attempt(Command::Start(Start { task, worker }))
        .unwrap_err();
    assert!(refused.to_string().contains("GPU"));
    assert!(refused.to_string().contains("permission denied"));
    assert_eq!(world.status(task), TaskStatus::Pending);
}

#[test]
fn names_that_name_nothing_are_refused() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    let nobody = world.fresh_worker();
    let nothing = world.fresh_task();
    let start = Start {
        task,
        worker: nobody,
    };
    let refused = world.attempt(Command::Start(start)).unwrap_err();
    assert!(refused.to_string().contains("not found"));
    let cancel = world.attempt(Command::Cancel(Cancel { task: nothing }));
    assert_eq!(cancel, Err(Rejected::NoSuchTask(nothing)));
    world.complete(task, json!(1)).unwrap();
    let start = Start {
        task: nothing,
        worker,
    };
    let refused = world.attempt(Command::Start(start));
    assert_eq!(refused, Err(Rejected::NoSuchTask(nothing)));
}

#[test]
fn reports_of_the_live_attempt_are_recorded_and_told() {
    let mut world = World::manual();
    let (task, _) = world.running();
    let actor = world.live(task);
    let progress = Progress::new(0.5).unwrap();
    let effects = world.apply(Command::SetProgress(SetProgress {
        task,
        actor,
        progress,
    }));
    let notice = Notice::Progress {
        progress,
        status: TaskStatus::Running,
    };
    assert_eq!(effects, [Effect::Notify { task, notice }]);
    let value = json!("part");
    world.apply(Command::Emit(Emit { task, actor, value }));
    let line = "half way".to_owned();
    world.apply(Command::AddLog(AddLog { task, actor, line }));
    let record = world.task(task);
    assert_eq!(record.progress, progress);
    let lines: Vec<_> = record.events.log_lines().collect();
    assert_eq!(lines, ["half way"]);
    assert_eq!(*record.partial_results[0], json!("part"));
}

#[test]
fn an_attempt_that_has_ended_is_not_heard_whatever_it_says() {
    let mut world = World::auto();
    let first = world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    let zombie = world.live(task);
    world.register(PoolName::CPU);
    world.apply(Command::Lose(Lose { worker: first }));
    assert_eq!(
        world.status(task),
        TaskStatus::Running,
        "on the other worker"
    );
    for command in everything_an_attempt_can_say(task, zombie) {
        assert_eq!(world.attempt(command), Err(Rejected::AttemptEnded));
    }
}

#[test]
fn nothing_moves_a_task_that_has_come_to_its_end() {
    let mut world = World::manual();
    let (completed, _) = world.running();
    world.complete(completed, json!(1)).unwrap();
    let (failed, _) = world.running();
    world.fail(failed, Failure::transient("no"));
    let (cancelled, _) = world.running();
    world.apply(Command::Cancel(Cancel { task: cancelled }));
    for task in [completed, failed, cancelled] {
        let status = world.status(task);
        let live = world.live(task);
        for command in everything_an_attempt_can_say(task, live) {
            assert_eq!(world.attempt(command), Err(Rejected::AttemptEnded));
        }
        let mut commands = everything_an_attempt_can_say(task, Actor::Supervisor);
        commands.push(Command::Cancel(Cancel { task }));
        let worker = world.register(PoolName::CPU);
        commands.push(Command::Start(Start { task, worker }));
        for command in commands {
            assert_eq!(world.attempt(command), Err(Rejected::TaskFinished(status)));
        }
        assert_eq!(world.status(task), status);
    }
}

#[test]
fn a_supervisor_settles_a_running_task_and_its_attempt_ends() {
    let mut world = World::manual();
    let (task, worker) = world.running();
    let epoch = world.epoch(task);
    let effects = world.apply(Command::Complete(Complete {
        task,
        actor: Actor::Supervisor,
        result: json!(5),
    }));
    let why = EndReason::Superseded;
    assert!(effects.contains(&Effect::EndAttempt {
        task,
        worker,
        epoch,
        why
    }));
    assert_eq!(world.worker(worker).status(), WorkerStatus::Idle);
    assert_eq!(world.worker(worker).tasks_completed, 0, "it did not do it");
}

#[test]
fn a_supervisor_settles_a_task_that_never_ran() {
    let mut world = World::manual();
    let task = world.submit_retrying(5);
    world.apply(Command::Fail(Fail {
        task,
        actor: Actor::Supervisor,
        failure: Failure::transient("not wanted"),
    }));
    assert_eq!(world.status(task), TaskStatus::Failed);
}
