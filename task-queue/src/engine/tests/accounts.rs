//! What one account takes up leaves the others alone.

use serde_json::json;

use super::world::World;
use crate::engine::{
    CancelMany, Command, Emit, Govern, Reap, Rejected, Retry, Start, State, Submit, SubmitMany,
};
use crate::model::{
    AccountId, Change, PoolName, Quota, Quotas, Snapshot, Submitter, TaskId, TaskSpec, TaskStatus,
    TaskType, Waiting,
};

fn account(number: u128) -> AccountId {
    AccountId::of_bits(number)
}

fn tenant(number: u128) -> Submitter {
    Submitter::SUPERVISOR.below(account(number))
}

fn govern(world: &mut World, number: u128, quotas: Quotas) {
    let quotas = Some(quotas);
    let account = account(number);
    world.apply(Command::Govern(Govern { account, quotas }));
}

fn submission(world: &mut World, submitter: &Submitter) -> Submit {
    Submit {
        task: world.fresh_task(),
        spec: TaskSpec::new(TaskType::COMPUTE, json!({})),
        submitter: submitter.clone(),
    }
}

fn submit(world: &mut World, submitter: &Submitter) -> Result<TaskId, Rejected> {
    let submit = submission(world, submitter);
    let task = submit.task;
    world.attempt(Command::Submit(submit)).map(|_| task)
}

fn reached<T>(quota: Quota, max: u64) -> Result<T, Rejected> {
    Err(Rejected::QuotaReached { quota, max })
}

#[test]
fn an_account_has_no_more_tasks_in_the_queue_than_its_quota_and_others_do_not_notice() {
    let mut world = World::manual();
    let submissions = Some(2);
    govern(
        &mut world,
        1,
        Quotas {
            submissions,
            ..Quotas::NONE
        },
    );
    let first = submit(&mut world, &tenant(1)).unwrap();
    let second = submit(&mut world, &tenant(1)).unwrap();
    assert_eq!(
        submit(&mut world, &tenant(1)),
        reached(Quota::Submissions, 2)
    );
    assert!(submit(&mut world, &tenant(2)).is_ok(), "a bystander");
    assert!(submit(&mut world, &Submitter::SUPERVISOR).is_ok());

    world.apply(Command::CancelMany(CancelMany {
        tasks: vec![first, second],
    }));
    let third = submit(&mut world, &tenant(1)).unwrap();
    submit(&mut world, &tenant(1)).unwrap();
    let again = world.attempt(Command::Retry(Retry { task: first }));
    assert_eq!(
        again,
        reached(Quota::Submissions, 2),
        "by having old ones tried again"
    );
    assert_eq!(
        world.state.task(third).unwrap().status(),
        TaskStatus::Pending
    );
}

/// The fault: what is refused one by one goes through in one call.
#[test]
fn of_many_tasks_none_is_accepted_if_all_are_too_many() {
    let mut world = World::manual();
    let submissions = Some(2);
    govern(
        &mut world,
        1,
        Quotas {
            submissions,
            ..Quotas::NONE
        },
    );
    let tasks = (0..3).map(|_| submission(&mut world, &tenant(1))).collect();
    let refused = world.attempt(Command::SubmitMany(SubmitMany { tasks }));
    assert_eq!(refused, reached(Quota::Submissions, 2));
    let tasks = (0..2).map(|_| submission(&mut world, &tenant(1))).collect();
    world.apply(Command::SubmitMany(SubmitMany { tasks }));
}

/// The fault: a tenant who gets around its quota by making itself customers.
#[test]
fn what_is_below_an_account_counts_towards_its_quota() {
    let mut world = World::manual();
    let submissions = Some(2);
    govern(
        &mut world,
        1,
        Quotas {
            submissions,
            ..Quotas::NONE
        },
    );
    govern(
        &mut world,
        2,
        Quotas {
            submissions: Some(1),
            ..Quotas::NONE
        },
    );
    let (customer, other) = (tenant(1).below(account(2)), tenant(1).below(account(3)));
    submit(&mut world, &customer).unwrap();
    assert_eq!(
        submit(&mut world, &customer),
        reached(Quota::Submissions, 1)
    );
    submit(&mut world, &other).unwrap();
    assert_eq!(submit(&mut world, &other), reached(Quota::Submissions, 2));
    assert_eq!(world.state.usage(account(1)).submissions, 2);
}

#[test]
fn finished_tasks_weigh_until_they_are_forgotten() {
    let mut world = World::manual();
    let max = Quotas::TASK_OVERHEAD * 2 + 100;
    let bytes = Some(max);
    govern(
        &mut world,
        1,
        Quotas {
            bytes,
            ..Quotas::NONE
        },
    );
    let first = submit(&mut world, &tenant(1)).unwrap();
    submit(&mut world, &tenant(1)).unwrap();
    world.apply(Command::CancelMany(CancelMany { tasks: vec![first] }));
    let refused = submit(&mut world, &tenant(1));
    assert_eq!(refused, reached(Quota::Bytes, max));
    let finished_before = world
        .now
        .saturating_add(std::time::Duration::from_millis(1));
    world.apply(Command::Reap(Reap { finished_before }));
    submit(&mut world, &tenant(1)).unwrap();
}

#[test]
fn what_a_worker_adds_weighs_on_the_account_of_the_task() {
    let mut world = World::manual();
    let max = Quotas::TASK_OVERHEAD + 50;
    let bytes = Some(max);
    govern(
        &mut world,
        1,
        Quotas {
            bytes,
            ..Quotas::NONE
        },
    );
    let task = submit(&mut world, &tenant(1)).unwrap();
    let worker = world.register(PoolName::CPU);
    world.apply(Command::Start(Start { task, worker }));
    let actor = world.live(task);
    let emit = |value| Command::Emit(Emit { task, actor, value });
    world.apply(emit(json!("x".repeat(20))));
    let refused = world.attempt(emit(json!("x".repeat(40))));
    assert_eq!(refused, reached(Quota::Bytes, max));
}

#[test]
fn no_more_tasks_run_than_the_quota_by_hand() {
    let mut world = World::manual();
    let running = Some(1);
    govern(
        &mut world,
        1,
        Quotas {
            running,
            ..Quotas::NONE
        },
    );
    let (one, other) = (world.register(PoolName::CPU), world.register(PoolName::CPU));
    let first = submit(&mut world, &tenant(1)).unwrap();
    let second = submit(&mut world, &tenant(1)).unwrap();
    world.apply(Command::Start(Start {
        task: first,
        worker: one,
    }));
    let start = Command::Start(Start {
        task: second,
        worker: other,
    });
    assert_eq!(world.attempt(start.clone()), reached(Quota::Running, 1));
    world.apply(Command::CancelMany(CancelMany { tasks: vec![first] }));
    world.apply(start);
}

/// The fault: a client who has all workers, or one whose tasks stand in the way of everybody's.
#[test]
fn no_more_tasks_run_than_the_quota_by_themselves_and_the_others_pass() {
    let mut world = World::auto();
    let running = Some(2);
    govern(
        &mut world,
        1,
        Quotas {
            running,
            ..Quotas::NONE
        },
    );
    let mine: Vec<_> = (0..6)
        .map(|_| submit(&mut world, &tenant(1)).unwrap())
        .collect();
    let others = submit(&mut world, &tenant(2)).unwrap();
    for _ in 0..4 {
        world.register(PoolName::CPU);
    }
    let runs = |world: &World, task: &TaskId| world.status(*task) == TaskStatus::Running;
    let count = |world: &World| mine.iter().filter(|task| runs(world, task)).count();
    assert_eq!(count(&world), 2);
    assert!(
        runs(&world, &others),
        "a bystander waits for those that rest"
    );
    // The fault: those that rest are said to wait for workers, of which there is an idle one.
    let waits: Vec<_> = (mine.iter().chain([&others]))
        .filter_map(|task| world.state.waits_for(world.task(*task), world.now))
        .collect();
    assert_eq!(waits, vec![Waiting::Quota { max: 2 }; 4]);
    let mut done = 0;
    while let Some(next) = mine.iter().find(|task| runs(&world, task)) {
        world.complete(*next, json!(1)).unwrap();
        done += 1;
        assert_eq!(count(&world), 2.min(mine.len() - done));
    }
    assert_eq!(done, mine.len(), "some were forgotten at rest");
}

#[test]
fn a_task_at_rest_can_be_cancelled_and_a_wider_quota_wakes_the_others() {
    let mut world = World::auto();
    let rule = |world: &mut World, running| {
        let quotas = Quotas {
            running: Some(running),
            ..Quotas::NONE
        };
        govern(world, 1, quotas);
    };
    rule(&mut world, 0);
    let mine: Vec<_> = (0..3)
        .map(|_| submit(&mut world, &tenant(1).below(account(5))).unwrap())
        .collect();
    for _ in 0..3 {
        world.register(PoolName::CPU);
    }
    let tasks = vec![mine[0]];
    world.apply(Command::CancelMany(CancelMany { tasks }));
    assert_eq!(world.status(mine[1]), TaskStatus::Pending);
    rule(&mut world, 3);
    assert_eq!(world.status(mine[0]), TaskStatus::Cancelled);
    for task in &mine[1..] {
        assert_eq!(world.status(*task), TaskStatus::Running);
    }
}

/// The fault: after a restart, or a commit that failed, a quota counts what is not there.
#[test]
fn what_is_taken_up_follows_from_the_tasks_that_there_are() {
    let mut world = World::manual();
    let customer = tenant(1).below(account(2));
    submit(&mut world, &customer).unwrap();
    submit(&mut world, &tenant(1)).unwrap();
    let changes = world.state.take_changes();
    let tasks = changes.into_iter().filter_map(|change| match change {
        Change::PutTask { task, .. } => Some(*task),
        _ => None,
    });
    let stored = Snapshot {
        settings: Vec::new(),
        tasks: tasks.collect(),
        workers: Vec::new(),
    };
    let restored = State::restore(world.state.config().clone(), stored.clone());
    for number in [1, 2] {
        let usage = world.state.usage(account(number));
        assert_eq!(restored.usage(account(number)), usage);
        assert!(usage.bytes > 0);
    }
    let records: Vec<_> = stored
        .tasks
        .iter()
        .map(crate::model::RecordId::of_task)
        .collect();
    world.state.revert(&records, Snapshot::default());
    assert_eq!(
        world.state.usage(account(1)),
        crate::engine::Usage::default()
    );
}

/// The fault: whoever lets go of a queue that was restricted is rid of the restrictions.
#[test]
fn what_lapses_holds_for_the_tasks_that_there_are() {
    let mut world = World::manual();
    let submissions = Some(1);
    govern(
        &mut world,
        1,
        Quotas {
            submissions,
            ..Quotas::NONE
        },
    );
    let task = submit(&mut world, &tenant(1)).unwrap();
    let (account, quotas) = (account(1), None);
    world.apply(Command::Govern(Govern { account, quotas }));
    assert!(submit(&mut world, &tenant(1)).is_err());
    world.apply(Command::CancelMany(CancelMany { tasks: vec![task] }));
    let finished_before = world
        .now
        .saturating_add(std::time::Duration::from_millis(1));
    world.apply(Command::Reap(Reap { finished_before }));
    submit(&mut world, &tenant(1)).unwrap();
    submit(&mut world, &tenant(1)).expect("there is no such rule any more");
}
