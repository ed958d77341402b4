//! Workers that have joined: leases, absences, and what is counted of them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::world::World;
use crate::engine::{
    Cancel, Command, Disband, Disconnect, Drain, Effect, GiveBack, Join, Leave, Lose, Rejected,
    Renew, Resume, Revoke, Start, Stopped,
};
use crate::model::{
    EndReason, KeyHash, Offer, PoolName, RecordId, Snapshot, TaskId, TaskStatus, TaskType, Types,
    WorkerId,
};

const KEY: KeyHash = KeyHash::new([7; 32]);

fn join(world: &mut World, slots: u32) -> WorkerId {
    let worker = world.fresh_worker();
    let offer = Arc::new(Offer {
        pool: PoolName::DEFAULT,
        types: Types::These([TaskType::COMPUTE].into()),
        tags: BTreeSet::new(),
        slots,
    });
    let name = None;
    world.apply(Command::Join(Join {
        worker,
        offer,
        name,
        key: KEY,
        account: None,
    }));
    worker
}

/// A worker that has joined, with a task.
fn at_work() -> (World, WorkerId, TaskId) {
    let mut world = World::manual();
    let worker = join(&mut world, 2);
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.worker(worker).running, [task].into());
    (world, worker, task)
}

fn counted(world: &World, task: TaskId) -> (u32, usize, EndReason) {
    let task = world.task(task);
    (task.failures, task.losses.len(), task.history[0].why)
}

fn due_in(world: &mut World, after: Duration) {
    world.later(u64::try_from(after.as_millis()).unwrap());
    world.apply(Command::Due);
}

#[test]
fn one_renewal_is_for_all_tasks_and_writes_nothing() {
    let (mut world, worker, first) = at_work();
    let second = world.submit_kind(TaskType::COMPUTE);
    drop(world.state.take_changes());
    for _ in 0..10 {
        due_in(&mut world, Duration::from_secs(29));
        world.apply(Command::Renew(Renew { worker }));
    }
    assert!(!world.state.has_changes());
    due_in(&mut world, Duration::from_secs(30));
    for task in [first, second] {
        assert_eq!(world.status(task), TaskStatus::Pending);
        assert_eq!(counted(&world, task), (0, 1, EndReason::LeaseExpired));
    }
    assert!(world.state.worker(worker).is_none());
}

/// The fault: the answer to a question that was asked before the connection broke keeps the worker,
/// and its tasks, for another half a minute.
#[test]
fn what_is_heard_late_of_one_that_is_away_does_not_keep_it() {
    let (mut world, worker, task) = at_work();
    world.apply(Command::Disconnect(Disconnect { worker }));
    world.later(5_000);
    world.apply(Command::Renew(Renew { worker }));
    world.apply(Command::Disconnect(Disconnect { worker }));
    due_in(&mut world, Duration::from_secs(3));
    assert_eq!(world.status(task), TaskStatus::Pending);
    assert_eq!(counted(&world, task), (0, 1, EndReason::WorkerLost));
}

#[test]
fn one_that_is_away_gets_no_tasks_and_one_that_is_back_has_its_own() {
    let (mut world, worker, task) = at_work();
    world.apply(Command::Disconnect(Disconnect { worker }));
    let next = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(next), TaskStatus::Pending);
    let told = Command::Start(Start { task: next, worker });
    assert_eq!(world.attempt(told), Err(Rejected::WorkerLeaving));
    let key = KeyHash::new([8; 32]);
    let thief = world.attempt(Command::Resume(Resume { worker, key }));
    assert_eq!(thief, Err(Rejected::NoSuchWorker(worker)));
    world.apply(Command::Resume(Resume { worker, key: KEY }));
    assert_eq!(world.worker(worker).running, [task, next].into());
    assert_eq!(world.epoch(task).number(), 1);
}

type Parting = fn(WorkerId) -> Command;

#[test]
fn what_a_worker_gives_back_is_not_counted() {
    let give_back = |world: &World, task| {
        let epoch = world.epoch(task);
        Command::GiveBack(GiveBack { task, epoch })
    };
    let partings: [(Parting, EndReason); 2] = [
        (
            |worker| Command::Leave(Leave { worker }),
            EndReason::WorkerLeft,
        ),
        (
            |worker| Command::Revoke(Revoke { worker }),
            EndReason::WorkerRevoked,
        ),
    ];
    for (parting, why) in partings {
        let (mut world, worker, task) = at_work();
        let effects = world.apply(parting(worker));
        assert_eq!(world.status(task), TaskStatus::Pending);
        assert_eq!(counted(&world, task), (0, 0, why));
        assert!(effects.contains(&Effect::EndMembership { worker, why }));
    }
    let (mut world, worker, task) = at_work();
    world.apply(Command::Drain(Drain { worker }));
    let once = give_back(&world, task);
    world.apply(once.clone());
    assert_eq!(counted(&world, task), (0, 0, EndReason::WorkerLeft));
    assert_eq!(
        world.status(task),
        TaskStatus::Pending,
        "a draining worker gets no tasks"
    );
    assert_eq!(world.attempt(once), Err(Rejected::AttemptEnded));
}

#[test]
fn three_lost_workers_within_three_days_are_poison_and_four_lost_servers_are_not() {
    let mut world = World::manual();
    let task = world.submit_kind(TaskType::COMPUTE);
    for _ in 0..4 {
        join(&mut world, 1);
        world.apply(Command::Disband(Disband::Lost));
        assert_eq!(
            world.status(task),
            TaskStatus::Running,
            "it has a while to come back"
        );
        due_in(&mut world, Duration::from_secs(8));
        assert_eq!(world.status(task), TaskStatus::Pending);
    }
    for loss in 1..=3 {
        let worker = join(&mut world, 1);
        assert_eq!(world.task(task).losses.len(), loss - 1);
        world.apply(Command::Lose(Lose { worker }));
    }
    assert_eq!(world.status(task), TaskStatus::Failed);
}

#[test]
fn a_stop_of_the_server_leaves_their_tasks_to_those_who_have_joined() {
    let (mut world, worker, task) = at_work();
    world.apply(Command::Disband(Disband::InOrder));
    assert_eq!(world.worker(worker).running, [task].into());
}

/// The fault: a slot that is taken for ever by a task that was cancelled.
#[test]
fn a_slot_is_taken_until_the_worker_has_stopped_or_is_away() {
    for says_so in [true, false] {
        let mut world = World::manual();
        let worker = join(&mut world, 1);
        let task = world.submit_kind(TaskType::COMPUTE);
        let epoch = world.epoch(task);
        world.apply(Command::Cancel(Cancel { task }));
        let next = world.submit_kind(TaskType::COMPUTE);
        assert_eq!(world.status(next), TaskStatus::Pending);
        if says_so {
            world.apply(Command::Stopped(Stopped {
                worker,
                task,
                epoch,
            }));
        } else {
            world.apply(Command::Disconnect(Disconnect { worker }));
            world.apply(Command::Resume(Resume { worker, key: KEY }));
        }
        assert_eq!(world.status(next), TaskStatus::Running);
    }
}

/// The fault: a change of the worker that could not be stored takes its tasks from it, or its lease.
#[test]
fn what_is_not_stored_of_a_worker_outlives_a_failed_commit() {
    let (mut world, worker, task) = at_work();
    let stored = world.worker(worker).as_stored();
    drop(world.state.take_changes());
    world.later(1_000);
    world.apply(Command::Renew(Renew { worker }));
    world.apply(Command::Drain(Drain { worker }));
    drop(world.state.take_changes());
    let snapshot = Snapshot {
        workers: vec![stored],
        ..Snapshot::default()
    };
    world.state.revert(&[RecordId::Worker(worker)], snapshot);
    assert_eq!(world.worker(worker).running, [task].into());
    let lease = world.now.saturating_add(Duration::from_secs(30));
    assert_eq!(world.worker(worker).due_at(), Some(lease));
    let next = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(next), TaskStatus::Running, "it does not drain");
}

#[test]
fn tasks_go_to_those_who_have_less_to_do() {
    let mut world = World::manual();
    let workers = [join(&mut world, 2), join(&mut world, 2)];
    for _ in 0..2 {
        world.submit_kind(TaskType::COMPUTE);
    }
    for worker in workers {
        assert_eq!(world.worker(worker).running.len(), 1);
    }
}

#[test]
fn who_has_not_joined_or_was_revoked_cannot_be_renewed_or_come_back() {
    let (mut world, revoked, _) = at_work();
    world.apply(Command::Revoke(Revoke { worker: revoked }));
    let local = world.register(PoolName::CPU);
    let refusals = [
        (revoked, Rejected::WorkerRevoked),
        (local, Rejected::NoSuchWorker(local)),
    ];
    for (worker, why) in refusals {
        for command in [
            Command::Renew(Renew { worker }),
            Command::Disconnect(Disconnect { worker }),
            Command::Resume(Resume { worker, key: KEY }),
            Command::Leave(Leave { worker }),
        ] {
            assert_eq!(world.attempt(command), Err(why.clone()));
        }
    }
}
