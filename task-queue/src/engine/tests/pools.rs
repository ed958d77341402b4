//! Pools that are paused, full, or slow, and what is remembered of them.

use std::time::Duration;

use serde_json::json;

use super::world::{World, wakes};
use crate::engine::{
    Command, Config, ForgetPool, Limits, Lose, Register, Rejected, SetFlow, SetLimits, Start,
};
use crate::model::{
    Flow, Offer, Origin, PoolLimits, PoolName, Rate, TaskId, TaskStatus, TaskType, Types, Waiting,
};

fn set_flow(pool: Option<PoolName>, flow: Flow) -> Command {
    Command::SetFlow(SetFlow { pool, flow })
}

fn limit(world: &mut World, limits: PoolLimits) {
    let pool = PoolName::CPU;
    world.apply(Command::SetLimits(SetLimits { pool, limits }));
}

fn why(world: &World, task: TaskId) -> Waiting {
    world.state.waits_for(world.task(task), world.now).unwrap()
}

#[test]
fn in_a_paused_queue_nothing_begins_until_it_is_resumed() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    world.apply(set_flow(None, Flow::Paused));
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(task), TaskStatus::Pending);
    assert_eq!(why(&world, task), Waiting::QueuePaused);
    world.apply(set_flow(None, Flow::Open));
    assert_eq!(world.status(task), TaskStatus::Running);
}

#[test]
fn a_paused_pool_leaves_its_tasks_to_others_and_goes_on_with_those_that_run() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let running = world.submit_kind(TaskType::COMPUTE);
    world.register(PoolName::CPU);
    world.apply(set_flow(Some(PoolName::CPU), Flow::Paused));
    let task = world.submit_kind(TaskType::COMPUTE);
    let pool = PoolName::CPU;
    assert_eq!(why(&world, task), Waiting::PoolPaused { pool });
    assert_eq!(world.status(running), TaskStatus::Running);
    let gpu = world.register(PoolName::GPU);
    assert_eq!(world.task(task).live_attempt().unwrap().worker, gpu);
}

#[test]
fn also_a_worker_that_is_told_begins_nothing_in_a_paused_pool() {
    let mut world = World::manual();
    let worker = world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    world.apply(set_flow(Some(PoolName::CPU), Flow::Paused));
    let refused = world.attempt(Command::Start(Start { task, worker }));
    let pool = PoolName::CPU;
    assert_eq!(
        refused,
        Err(Rejected::HeldBack(Waiting::PoolPaused { pool }))
    );
}

#[test]
fn in_a_pool_no_more_run_than_it_says() {
    let mut world = World::auto();
    for _ in 0..3 {
        world.register(PoolName::CPU);
    }
    let max_running = Some(2);
    limit(
        &mut world,
        PoolLimits {
            max_running,
            rate: None,
        },
    );
    let tasks = [(); 3].map(|()| world.submit_kind(TaskType::COMPUTE));
    assert_eq!(world.state.running_in(&PoolName::CPU), 2);
    let pool = PoolName::CPU;
    assert_eq!(why(&world, tasks[2]), Waiting::PoolFull { pool, max: 2 });
    world.complete(tasks[0], json!(1)).unwrap();
    assert_eq!(world.status(tasks[2]), TaskStatus::Running);
    // The task of a lost worker goes to the one that is idle; that of the next waits.
    for running in [2, 1] {
        let worker = world.task(tasks[1]).live_attempt().unwrap().worker;
        world.apply(Command::Lose(Lose { worker }));
        assert_eq!(world.state.running_in(&PoolName::CPU), running);
    }
}

/// The fault: tasks that wait for the rate wait for ever, since nobody wakes the queue up.
#[test]
fn a_slow_pool_begins_tasks_at_its_rate_and_wakes_up_for_them() {
    let mut world = World::auto();
    for _ in 0..5 {
        world.register(PoolName::CPU);
    }
    let rate = Rate::new(2, 1_000);
    limit(
        &mut world,
        PoolLimits {
            max_running: None,
            rate,
        },
    );
    let tasks = [(); 4].map(|()| world.submit_kind(TaskType::COMPUTE));
    let running = |world: &World| {
        let status = |task: &&TaskId| world.status(**task) == TaskStatus::Running;
        tasks.iter().filter(status).count()
    };
    assert_eq!(running(&world), 2);
    let until = world.now.saturating_add(Duration::from_millis(500));
    let pool = PoolName::CPU;
    assert_eq!(why(&world, tasks[2]), Waiting::RateLimited { pool, until });
    assert_eq!(world.state.next_wake(), Some(until));
    world.later(499);
    world.apply(Command::Due);
    assert_eq!(running(&world), 2);
    world.later(1);
    let effects = world.apply(Command::Due);
    assert_eq!(running(&world), 3);
    assert_eq!(
        wakes(&effects),
        [until.saturating_add(Duration::from_millis(500))]
    );
    limit(&mut world, PoolLimits::default());
    assert_eq!(running(&world), 4);
}

#[test]
fn the_types_of_workers_that_have_gone_are_still_known_until_the_pool_is_forgotten() {
    let mut world = World::manual();
    let kind: TaskType = "thumbnail".parse().unwrap();
    let pool: PoolName = "images".parse().unwrap();
    let worker = world.join(offer(&pool, &["thumbnail"]));
    world.apply(Command::Lose(Lose { worker }));
    world.submit_kind(kind.clone());
    assert!(world.state.pools().contains(&pool));
    world.apply(Command::ForgetPool(ForgetPool { pool: pool.clone() }));
    assert!(!world.state.knows(&kind));
    let again = world.attempt(Command::ForgetPool(ForgetPool { pool: pool.clone() }));
    assert_eq!(again, Err(Rejected::NoSuchPool(pool)));
}

#[test]
fn pools_and_their_types_are_remembered_up_to_a_limit() {
    let mut world = World::new(Config {
        limits: Limits {
            pools: 1,
            types: 2,
            ..Limits::default()
        },
        ..Config::default()
    });
    let pool: PoolName = "images".parse().unwrap();
    world.join(offer(&pool, &["a", "b"]));
    let refused = |world: &mut World, offer| {
        let register = Register {
            worker: world.fresh_worker(),
            offer: std::sync::Arc::new(offer),
            origin: Origin::Joined,
        };
        world.attempt(Command::Register(register)).unwrap_err()
    };
    let more = offer(&pool, &["c"]);
    assert_eq!(refused(&mut world, more), Rejected::TooManyTypes { max: 2 });
    let other = offer(&"other".parse().unwrap(), &["a"]);
    assert_eq!(
        refused(&mut world, other),
        Rejected::TooManyPools { max: 1 }
    );
    world.join(offer(&pool, &["b"]));
}

fn offer(pool: &PoolName, types: &[&str]) -> Offer {
    Offer {
        pool: pool.clone(),
        types: Types::These(types.iter().map(|kind| kind.parse().unwrap()).collect()),
        tags: [].into(),
        slots: 1,
    }
}
