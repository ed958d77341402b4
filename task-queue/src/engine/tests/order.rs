//! Which task begins first, which beside which, and which after which.

use serde_json::json;

use super::world::World;
use crate::engine::{Cancel, Command, Config, Limits, Rejected, Retry, Submit, SubmitMany};
use crate::model::{
    After, Concurrency, Failure, FailureClass, OnFailure, PoolName, Priority, TaskId, TaskSpec,
    TaskStatus, TaskType, Timestamp, Waiting,
};

fn plain() -> TaskSpec {
    TaskSpec::new(TaskType::COMPUTE, json!({}))
}

fn urgent(priority: Priority) -> TaskSpec {
    TaskSpec {
        priority,
        ..plain()
    }
}

fn keyed(key: &str, max: u32) -> TaskSpec {
    let key = key.into();
    TaskSpec {
        concurrency: Some(Box::new(Concurrency { key, max })),
        ..plain()
    }
}

fn after(tasks: &[TaskId], on_failure: OnFailure) -> TaskSpec {
    let tasks = tasks.to_vec();
    TaskSpec {
        after: After { tasks, on_failure },
        ..plain()
    }
}

fn named(key: &str) -> TaskSpec {
    TaskSpec {
        idempotency_key: Some(key.into()),
        ..plain()
    }
}

#[test]
fn the_more_urgent_task_begins_first() {
    let mut world = World::auto();
    let [low, normal, high] =
        [Priority::LOW, Priority::NORMAL, Priority::HIGH].map(|how| world.submit(urgent(how)));
    world.register(PoolName::CPU);
    for task in [high, normal, low] {
        assert_eq!(world.status(task), TaskStatus::Running);
        world.complete(task, json!(1)).unwrap();
    }
}

#[test]
fn a_task_of_no_urgency_that_has_waited_long_enough_goes_before_urgent_ones() {
    let mut world = World::auto();
    let patient = world.submit(urgent(Priority::LOW));
    world.later(49 * 60_000);
    let urgent_one = world.submit(urgent(Priority::HIGH));
    world.later(2 * 60_000);
    let late = world.submit(urgent(Priority::HIGH));
    world.register(PoolName::CPU);
    for task in [urgent_one, patient, late] {
        assert_eq!(world.status(task), TaskStatus::Running);
        world.complete(task, json!(1)).unwrap();
    }
}

#[test]
fn of_a_concurrency_key_no_more_run_than_it_says_and_others_go_by() {
    let mut world = World::auto();
    let keyed: Vec<_> = (0..4).map(|_| world.submit(keyed("k", 2))).collect();
    let other = world.submit(plain());
    for _ in 0..5 {
        world.register(PoolName::CPU);
    }
    let running = |world: &World| {
        let status = |task: &&TaskId| world.status(**task) == TaskStatus::Running;
        keyed.iter().filter(status).count()
    };
    assert_eq!(running(&world), 2);
    assert_eq!(world.status(other), TaskStatus::Running);
    let waiting = world
        .state
        .waits_for(world.task(keyed[2]), world.now)
        .unwrap();
    let holders = keyed[..2]
        .iter()
        .copied()
        .collect::<std::collections::BTreeSet<_>>();
    assert_eq!(
        waiting,
        Waiting::Key {
            key: "k".into(),
            max: 2,
            holders: holders.into_iter().collect(),
        }
    );
    world.complete(keyed[1], json!(1)).unwrap();
    assert_eq!(world.status(keyed[2]), TaskStatus::Running);
    assert_eq!(running(&world), 2);
}

/// The fault: a task that nobody can do keeps the place of its key from those that somebody can.
#[test]
fn a_task_that_nobody_can_do_holds_up_no_other_of_its_key() {
    let mut world = World::auto();
    let stuck = TaskSpec {
        tags: ["none-has-it".parse().unwrap()].into(),
        ..keyed("k", 1)
    };
    world.submit(stuck);
    let other = world.submit(keyed("k", 1));
    world.register(PoolName::CPU);
    assert_eq!(world.status(other), TaskStatus::Running);
}

#[test]
fn a_worker_that_is_told_is_refused_a_task_that_is_held_back() {
    let mut world = World::manual();
    let (first, second) = (world.submit(keyed("k", 1)), world.submit(keyed("k", 1)));
    let [one, other] = [(); 2].map(|()| world.register(PoolName::CPU));
    world.start(first, one);
    let command = crate::engine::Start {
        task: second,
        worker: other,
    };
    let refused = world.attempt(Command::Start(command)).unwrap_err();
    assert!(matches!(refused, Rejected::HeldBack(Waiting::Key { .. })));
}

#[test]
fn a_task_begins_when_all_that_it_comes_after_are_done() {
    let mut world = World::auto();
    let [first, second] = [(); 2].map(|()| world.submit(plain()));
    let last = world.submit(after(&[first, second], OnFailure::Fail));
    for _ in 0..3 {
        world.register(PoolName::CPU);
    }
    world.complete(first, json!(1)).unwrap();
    assert_eq!(world.status(last), TaskStatus::Pending);
    let waiting = world.state.waits_for(world.task(last), world.now);
    let tasks = vec![second];
    assert_eq!(waiting, Some(Waiting::After { tasks }));
    world.complete(second, json!(2)).unwrap();
    assert_eq!(world.status(last), TaskStatus::Running);
}

#[test]
fn a_chain_fails_with_its_first_task_and_those_that_are_to_run_nevertheless_do() {
    let mut world = World::auto();
    let first = world.submit(plain());
    let second = world.submit(after(&[first], OnFailure::Fail));
    let third = world.submit(after(&[second], OnFailure::Fail));
    let cleanup = world.submit(after(&[first, third], OnFailure::Run));
    world.register(PoolName::CPU);
    world.fail(first, Failure::permanent("no"));
    for task in [second, third] {
        let failure = world.task(task).failure().unwrap();
        assert_eq!(failure.class, FailureClass::Predecessor);
    }
    assert_eq!(world.status(cleanup), TaskStatus::Running);
}

#[test]
fn a_cancelled_task_is_one_that_has_not_ended_well() {
    let mut world = World::auto();
    let first = world.submit(plain());
    let second = world.submit(after(&[first], OnFailure::Fail));
    world.apply(Command::Cancel(Cancel { task: first }));
    assert_eq!(world.status(second), TaskStatus::Failed);
    let late = world.submit(after(&[first], OnFailure::Fail));
    assert_eq!(world.status(late), TaskStatus::Failed);
}

#[test]
fn retried_from_its_beginning_a_chain_goes_on() {
    let mut world = World::auto();
    let first = world.submit(plain());
    let second = world.submit(after(&[first], OnFailure::Fail));
    world.apply(Command::Cancel(Cancel { task: first }));
    world.apply(Command::Retry(Retry { task: first }));
    world.apply(Command::Retry(Retry { task: second }));
    world.register(PoolName::CPU);
    assert_eq!(world.status(second), TaskStatus::Pending);
    world.complete(first, json!(1)).unwrap();
    assert_eq!(world.status(second), TaskStatus::Running);
}

/// The fault: one turn that fails a million tasks, while everybody else waits.
#[test]
fn very_many_dependants_fail_in_several_turns() {
    let mut world = World::auto();
    let first = world.submit(plain());
    let many: Vec<_> = (0..2_500)
        .map(|_| world.submit(after(&[first], OnFailure::Fail)))
        .collect();
    world.apply(Command::Cancel(Cancel { task: first }));
    let open = |world: &World| {
        let is_open = |task: &&TaskId| !world.status(**task).is_final();
        many.iter().filter(is_open).count()
    };
    assert_eq!(open(&world), 1_500);
    assert!(
        world.state.next_wake().unwrap() <= world.now,
        "nobody would see to the rest"
    );
    world.apply(Command::Due);
    assert_eq!(open(&world), 500);
    world.apply(Command::Due);
    assert_eq!(open(&world), 0);
}

/// The fault: the last task of a long chain finds the results of the first ones forgotten.
#[test]
fn a_task_is_not_forgotten_while_another_waits_to_come_after_it() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let first = world.submit(plain());
    world.complete(first, json!(1)).unwrap();
    let not_before = Timestamp::from_millis(world.now.as_millis() + 10 * DAY);
    let late = world.submit(TaskSpec {
        not_before: Some(not_before),
        ..after(&[first], OnFailure::Fail)
    });
    world.later(9 * DAY);
    world.apply(Command::Due);
    assert!(world.state.task(first).is_some());
    world.later(DAY);
    world.apply(Command::Due);
    world.complete(late, json!(2)).unwrap();
    world.apply(Command::Due);
    assert!(
        world.state.task(first).is_none(),
        "nobody needs it any more"
    );
}

#[test]
fn what_a_task_is_to_come_after_must_be_there() {
    let mut world = World::manual();
    let nobody = world.fresh_task();
    let task = world.fresh_task();
    let submit = Submit::new(task, after(&[nobody], OnFailure::Fail));
    let refused = world.attempt(Command::Submit(submit.clone()));
    assert_eq!(refused, Err(Rejected::NoSuchPredecessor(nobody)));
    let backwards = vec![submit, Submit::new(nobody, plain())];
    let refused = world.attempt(Command::SubmitMany(SubmitMany { tasks: backwards }));
    assert_eq!(refused, Err(Rejected::NoSuchPredecessor(nobody)));
    let own = Submit::new(task, after(&[task], OnFailure::Fail));
    let refused = world.attempt(Command::Submit(own));
    assert_eq!(refused, Err(Rejected::NoSuchPredecessor(task)));
}

#[test]
fn only_so_many_tasks_come_after_one() {
    let mut world = World::new(Config {
        limits: Limits {
            dependants: 2,
            ..Limits::default()
        },
        ..Config::default()
    });
    let [first, bystander] = [(); 2].map(|()| world.submit(plain()));
    world.submit(after(&[first], OnFailure::Fail));
    let next = |world: &mut World, before| {
        Submit::new(world.fresh_task(), after(&[before], OnFailure::Fail))
    };
    let batch = vec![next(&mut world, first), next(&mut world, first)];
    let refused = world.attempt(Command::SubmitMany(SubmitMany { tasks: batch }));
    let max = 2;
    assert_eq!(
        refused,
        Err(Rejected::TooManyDependants { task: first, max })
    );
    world.submit(after(&[first], OnFailure::Fail));
    let one_more = next(&mut world, first);
    let refused = world.attempt(Command::Submit(one_more));
    assert_eq!(
        refused,
        Err(Rejected::TooManyDependants { task: first, max })
    );
    world.submit(after(&[bystander], OnFailure::Fail));
}

#[test]
fn an_idempotency_key_makes_one_task_a_day() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let first = world.submit(named("k"));
    world.complete(first, json!(1)).unwrap();
    let again = |world: &mut World, spec| {
        let submit = Submit::new(world.fresh_task(), spec);
        (submit.task, world.attempt(Command::Submit(submit)))
    };
    let (name, refused) = again(&mut world, named("k"));
    let known = Err(Rejected::AlreadySubmitted(vec![(name, first)]));
    assert_eq!(refused, known);
    let other = TaskSpec {
        params: json!({"other": true}).into(),
        ..named("k")
    };
    assert_eq!(again(&mut world, other).1, Err(Rejected::KeyTaken));
    world.later(DAY - 1);
    assert!(again(&mut world, named("k")).1.is_err());
    world.later(1);
    assert!(again(&mut world, named("k")).1.is_ok());
}

/// The fault: a key that is forgotten with its task, which a short retention forgets at once.
#[test]
fn a_key_outlives_the_retention_of_its_task() {
    let mut config = Config::default();
    config.retention.cancelled = std::time::Duration::ZERO;
    let mut world = World::new(config);
    let task = world.submit(named("k"));
    world.apply(Command::Cancel(Cancel { task }));
    world.later(DAY - 1);
    world.apply(Command::Due);
    assert!(world.state.task(task).is_some());
    world.later(2);
    world.apply(Command::Due);
    assert!(world.state.task(task).is_none());
}

#[test]
fn a_key_is_the_submitters_own() {
    let mut world = World::manual();
    world.submit(named("k"));
    let mut other = Submit::new(world.fresh_task(), named("k"));
    let account = crate::model::AccountId::of_bits(1);
    other.submitter = crate::model::Submitter::SUPERVISOR.below(account);
    world.apply(Command::Submit(other));
}

#[test]
fn a_batch_that_is_sent_again_makes_what_was_missing() {
    let mut world = World::manual();
    let batch = |world: &mut World, keys: &[&str]| {
        let mut tasks: Vec<Submit> = Vec::new();
        for key in keys {
            let mut spec = named(key);
            spec.after.tasks = tasks.last().map(|submit| submit.task).into_iter().collect();
            tasks.push(Submit::new(world.fresh_task(), spec));
        }
        tasks
    };
    let first = batch(&mut world, &["a", "b"]);
    world.apply(Command::SubmitMany(SubmitMany {
        tasks: first.clone(),
    }));
    let second = batch(&mut world, &["a", "b", "c"]);
    let refused = world.attempt(Command::SubmitMany(SubmitMany {
        tasks: second.clone(),
    }));
    let Err(Rejected::AlreadySubmitted(mut made)) = refused else {
        panic!("{refused:?}");
    };
    made.sort();
    let mut expected = [0, 1].map(|at| (second[at].task, first[at].task));
    expected.sort();
    assert_eq!(made, expected);
    let twice = [batch(&mut world, &["d"]), batch(&mut world, &["d"])].concat();
    let refused = world.attempt(Command::SubmitMany(SubmitMany { tasks: twice }));
    assert_eq!(refused, Err(Rejected::KeyTwice));
}

#[test]
fn a_task_says_why_no_worker_has_it() {
    let mut world = World::manual();
    let task = world.submit(plain());
    let why = |world: &World| world.state.waits_for(world.task(task), world.now).unwrap();
    assert_eq!(why(&world), Waiting::NoWorker);
    let worker = world.register(PoolName::CPU);
    assert_eq!(why(&world), Waiting::Manual { workers: 1 });
    world.start(task, worker);
    assert_eq!(world.state.waits_for(world.task(task), world.now), None);

    let mut world = World::auto();
    world.register(PoolName::CPU);
    world.submit(plain());
    let second = world.submit(plain());
    let waiting = world.state.waits_for(world.task(second), world.now);
    assert_eq!(waiting, Some(Waiting::AllBusy { workers: 1 }));
    let until = Timestamp::from_millis(u64::MAX);
    let scheduled = world.submit(TaskSpec {
        not_before: Some(until),
        ..plain()
    });
    let waiting = world.state.waits_for(world.task(scheduled), world.now);
    assert_eq!(waiting, Some(Waiting::Scheduled { until }));
}

const DAY: u64 = 24 * 60 * 60 * 1_000;
