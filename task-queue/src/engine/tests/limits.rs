//! What users can make grow is bounded.

use serde_json::json;

use super::world::World;
use crate::engine::{
    AddLog, Cancel, Command, Complete, Config, Emit, Fail, Limits, Payload, Reap, Register,
    Rejected, Retry, SaveCheckpoint, Submit, SubmitMany,
};
use crate::model::{Failure, Origin, PoolName, TaskSpec, TaskType};

fn small() -> World {
    World::new(Config {
        limits: Limits {
            slots: 3,
            offered: 2,
            tasks: 2,
            workers: 1,
            needs: 10,
            offers: 10,
            dependants: 2,
            pools: 2,
            types: 2,
            schedules: 2,
            value_bytes: 64,
            task_bytes: 100,
            total_bytes: 120,
            events: 4,
            event_bytes: 64,
            text_bytes: 9,
            partial_results: 2,
            history: 2,
        },
        ..Config::default()
    })
}

/// The fault: a batch of which the first half is there, and its submitter tries all of it again.
#[test]
fn of_many_tasks_all_are_accepted_or_none() {
    let mut world = small();
    let many = |world: &mut World, count: usize| {
        let tasks = (0..count).map(|_| {
            let spec = TaskSpec::new(TaskType::IO, json!({}));
            Submit::new(world.fresh_task(), spec)
        });
        let tasks = tasks.collect();
        SubmitMany { tasks }
    };
    let max = world.state.config().limits.tasks;
    let too_many = many(&mut world, max + 1);
    let refused = world.attempt(Command::SubmitMany(too_many));
    assert_eq!(refused, Err(Rejected::QueueFull { max }));
    let mut twice = many(&mut world, 1);
    twice.tasks.push(twice.tasks[0].clone());
    let task = twice.tasks[0].task;
    let refused = world.attempt(Command::SubmitMany(twice));
    assert_eq!(refused, Err(Rejected::DuplicateTask(task)));
    let fitting = many(&mut world, max);
    let names: Vec<_> = fitting.tasks.iter().map(|submit| submit.task).collect();
    world.apply(Command::SubmitMany(fitting));
    let stand: Vec<_> = world.state.tasks().iter().map(|task| task.id).collect();
    assert_eq!(stand, names, "they stand in another order");
}

#[test]
fn a_full_queue_refuses_tasks_and_a_full_pool_workers() {
    let mut world = small();
    let first = world.submit_kind(TaskType::IO);
    let spec = TaskSpec::new(TaskType::IO, json!({}));
    let again = Submit::new(first, spec.clone());
    let refused = world.attempt(Command::Submit(again));
    assert_eq!(refused, Err(Rejected::DuplicateTask(first)));
    world.submit_kind(TaskType::IO);
    let task = world.fresh_task();
    let refused = world.attempt(Command::Submit(Submit::new(task, spec)));
    assert_eq!(refused, Err(Rejected::QueueFull { max: 2 }));
    world.register(PoolName::CPU);
    let worker = world.fresh_worker();
    let kind = PoolName::CPU;
    let refused = world.attempt(Command::Register(Register::in_process(worker, kind)));
    assert_eq!(refused, Err(Rejected::PoolFull { max: 1 }));
}

#[test]
fn a_value_that_is_too_large_is_refused_and_named() {
    let mut world = small();
    let large = json!("x".repeat(100));
    let task = world.fresh_task();
    let spec = TaskSpec::new(TaskType::IO, large.clone());
    let too_large = |what| {
        Err(Rejected::TooLarge {
            what,
            size: 102,
            max: 64,
        })
    };
    let refused = world.attempt(Command::Submit(Submit::new(task, spec)));
    assert_eq!(refused, too_large(Payload::Parameters));
    let (task, _) = world.running();
    let actor = world.live(task);
    let value = large.clone();
    let refused = world.attempt(Command::Emit(Emit { task, actor, value }));
    assert_eq!(refused, too_large(Payload::PartialResult));
    let result = large;
    let complete = Complete {
        task,
        actor,
        result,
    };
    assert_eq!(
        world.attempt(Command::Complete(complete)),
        too_large(Payload::Result)
    );
}

#[test]
fn a_value_that_nests_too_deep_to_be_read_back_is_refused() {
    let mut world = World::manual();
    let params = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let task = world.fresh_task();
    let spec = TaskSpec::new(TaskType::IO, params);
    let what = Payload::Parameters;
    let refused = world.attempt(Command::Submit(Submit::new(task, spec)));
    assert_eq!(refused, Err(Rejected::TooDeep { what }));
}

#[test]
fn the_latest_log_lines_are_kept_and_long_ones_cut_between_characters() {
    let mut world = small();
    let (task, _) = world.running();
    let actor = world.live(task);
    for line in ["one", "two", "three", "ääääää"] {
        let line = line.to_owned();
        world.apply(Command::AddLog(AddLog { task, actor, line }));
    }
    let lines: Vec<_> = world.task(task).events.log_lines().collect();
    assert_eq!(lines, ["two", "three", "ääää"]);
}

#[test]
fn a_long_message_of_a_failure_is_cut() {
    let mut world = small();
    let (task, _) = world.running();
    let actor = world.live(task);
    let failure = Failure::transient("m".repeat(1_000));
    world.apply(Command::Fail(Fail {
        task,
        actor,
        failure,
    }));
    assert_eq!(world.task(task).failure().unwrap().message, "mmmmmmmmm");
}

#[test]
fn values_take_space_until_their_task_is_reaped() {
    let mut world = small();
    let (task, _) = world.running();
    let actor = world.live(task);
    let text = |bytes: usize| json!("x".repeat(bytes - 2));
    let before = world.state.bytes();
    let checkpoint = |value| Command::SaveCheckpoint(SaveCheckpoint { task, actor, value });
    world.apply(checkpoint(text(40)));
    world.apply(checkpoint(text(50)));
    assert_eq!(
        world.state.bytes(),
        before + 50,
        "the former one has made room"
    );
    let emit = |value| Command::Emit(Emit { task, actor, value });
    let refused = world.attempt(emit(text(60)));
    assert_eq!(refused, Err(Rejected::TaskFull { max: 100 }));
    world.apply(emit(text(45)));
    let spec = TaskSpec::new(TaskType::IO, text(40));
    let other = world.fresh_task();
    let refused = world.attempt(Command::Submit(Submit::new(other, spec)));
    assert_eq!(refused, Err(Rejected::OutOfSpace { max: 120 }));
    world.complete(task, text(60)).unwrap();
    let finished_before = crate::model::Timestamp::from_millis(u64::MAX);
    world.apply(Command::Reap(Reap { finished_before }));
    assert_eq!(world.state.bytes(), 0);
}

#[test]
fn partial_results_are_counted() {
    let mut world = small();
    let (task, _) = world.running();
    let actor = world.live(task);
    let emit = |n: i32| {
        let value = json!(n);
        Command::Emit(Emit { task, actor, value })
    };
    world.apply(emit(1));
    world.apply(emit(2));
    let refused = world.attempt(emit(3));
    assert_eq!(refused, Err(Rejected::TooManyPartialResults { max: 2 }));
}

/// The fault: a submitter who makes up tags slows down the search for work of everybody's workers.
#[test]
fn tasks_have_only_so_many_different_needs() {
    let mut world = small_needs();
    let tagged = |world: &mut World, tag: &str| {
        let mut spec = TaskSpec::new(TaskType::IO, json!({}));
        spec.tags = [tag.parse().unwrap()].into();
        Submit::new(world.fresh_task(), spec)
    };
    let first = tagged(&mut world, "a");
    let many = vec![tagged(&mut world, "b"), tagged(&mut world, "c")];
    world.apply(Command::Submit(first.clone()));
    let refused = world.attempt(Command::SubmitMany(SubmitMany { tasks: many }));
    assert_eq!(refused, Err(Rejected::TooManyNeeds { max: 2 }));
    let second = tagged(&mut world, "b");
    world.apply(Command::Submit(second));
    let third = tagged(&mut world, "c");
    let refused = world.attempt(Command::Submit(third.clone()));
    assert_eq!(refused, Err(Rejected::TooManyNeeds { max: 2 }));
    let bystander = tagged(&mut world, "a");
    world.apply(Command::Submit(bystander));
    let task = first.task;
    world.apply(Command::Cancel(Cancel { task }));
    let refused = world.attempt(Command::Submit(third));
    assert_eq!(refused, Err(Rejected::TooManyNeeds { max: 2 }));
}

#[test]
fn a_need_is_free_again_when_its_last_task_has_ended_and_its_retry_counts_anew() {
    let mut world = small_needs();
    let tagged = |tag: &str| TaskSpec {
        tags: [tag.parse().unwrap()].into(),
        ..TaskSpec::new(TaskType::IO, json!({}))
    };
    let first = world.submit(tagged("a"));
    world.submit(tagged("b"));
    world.apply(Command::Cancel(Cancel { task: first }));
    world.submit(tagged("c"));
    let refused = world.attempt(Command::Retry(Retry { task: first }));
    assert_eq!(refused, Err(Rejected::TooManyNeeds { max: 2 }));
}

#[test]
fn workers_have_only_so_many_different_offers() {
    let mut world = small_needs();
    world.register(PoolName::CPU);
    world.register(PoolName::GPU);
    world.register(PoolName::CPU);
    let worker = world.fresh_worker();
    let register = Register {
        origin: Origin::Joined,
        ..Register::in_process(worker, PoolName::CPU)
    };
    let refused = world.attempt(Command::Register(register));
    assert_eq!(refused, Err(Rejected::TooManyOffers { max: 2 }));
}

fn small_needs() -> World {
    World::new(Config {
        limits: Limits {
            needs: 2,
            offers: 2,
            ..Limits::default()
        },
        ..Config::default()
    })
}
