//! Who gets which task when the queue decides by itself.

use serde_json::json;

use super::world::World;
use crate::engine::{Command, Config, Rejected, Submit};
use crate::model::{Grants, Offer, PoolName, TaskSpec, TaskStatus, TaskType, Types};

#[test]
fn in_manual_mode_a_task_waits_although_a_worker_is_idle() {
    let mut world = World::manual();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(task), TaskStatus::Pending);
}

#[test]
fn in_auto_mode_a_task_goes_to_a_worker_whoever_came_first() {
    let mut world = World::auto();
    let early = world.submit_kind(TaskType::COMPUTE);
    world.register(PoolName::CPU);
    assert_eq!(world.status(early), TaskStatus::Running);
    world.register(PoolName::CPU);
    let late = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(late), TaskStatus::Running);
}

#[test]
fn gpu_tasks_go_to_gpu_workers_only() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::GPU);
    assert_eq!(world.status(task), TaskStatus::Pending);
    let gpu = world.register(PoolName::GPU);
    assert_eq!(world.task(task).live_attempt().unwrap().worker, gpu);
}

#[test]
fn other_tasks_leave_the_gpu_alone_while_a_cpu_is_idle() {
    let mut world = World::auto();
    let gpu = world.register(PoolName::GPU);
    let cpu = world.register(PoolName::CPU);
    let first = world.submit_kind(TaskType::IO);
    let second = world.submit_kind(TaskType::IO);
    assert_eq!(world.task(first).live_attempt().unwrap().worker, cpu);
    assert_eq!(world.task(second).live_attempt().unwrap().worker, gpu);
}

#[test]
fn a_gpu_task_that_waits_does_not_hold_up_the_others() {
    let mut world = World::auto();
    let gpu_task = world.submit_kind(TaskType::GPU);
    let other = world.submit_kind(TaskType::COMPUTE);
    world.register(PoolName::CPU);
    assert_eq!(world.status(gpu_task), TaskStatus::Pending);
    assert_eq!(world.status(other), TaskStatus::Running);
}

#[test]
fn tasks_run_in_the_order_of_their_submission() {
    let mut world = World::auto();
    let tasks: Vec<_> = (0..5)
        .map(|_| world.submit_kind(TaskType::COMPUTE))
        .collect();
    world.register(PoolName::CPU);
    for task in tasks {
        assert_eq!(world.status(task), TaskStatus::Running);
        world.complete(task, json!(null)).unwrap();
    }
}

#[test]
fn a_task_goes_only_to_a_worker_with_all_that_it_needs() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let wants = |text: &str| {
        TaskSpec::from_submission("compute", serde_json::from_str(text).unwrap(), &NOTHING).unwrap()
    };
    let tagged = world.submit(wants(r#"{"tags": ["eu", "ssd"]}"#));
    let placed = world.submit(wants(r#"{"pool": "far"}"#));
    world.join(offer("near", Types::All, &["eu"]));
    assert_eq!(world.status(tagged), TaskStatus::Pending);
    let rich = world.join(offer("near", Types::All, &["ssd", "eu", "gpu"]));
    assert_eq!(world.task(tagged).live_attempt().unwrap().worker, rich);
    assert_eq!(world.status(placed), TaskStatus::Pending);
    let far = world.join(offer("far", Types::All, &[]));
    assert_eq!(world.task(placed).live_attempt().unwrap().worker, far);
}

#[test]
fn tasks_that_nobody_can_do_hold_up_no_others() {
    let mut world = World::auto();
    for number in 0..100 {
        let mut spec = TaskSpec::new(TaskType::COMPUTE, json!({}));
        spec.tags = [format!("t{number}").parse().unwrap()].into();
        world.submit(spec);
    }
    let possible = world.submit_kind(TaskType::COMPUTE);
    world.register(PoolName::CPU);
    assert_eq!(world.status(possible), TaskStatus::Running);
}

#[test]
fn a_worker_that_has_joined_gets_work_although_the_mode_is_manual() {
    let mut world = World::manual();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(world.status(task), TaskStatus::Pending);
    let joined = world.join(offer("far", Types::All, &[]));
    assert_eq!(world.task(task).live_attempt().unwrap().worker, joined);
}

#[test]
fn a_type_is_known_when_a_worker_names_it() {
    let mut world = World::manual();
    let kind: TaskType = "thumbnail".parse().unwrap();
    let submit = |world: &mut World| {
        let task = world.fresh_task();
        let spec = TaskSpec::new(kind.clone(), json!({}));
        world.attempt(Command::Submit(Submit::new(task, spec)))
    };
    let unknown = Err(Rejected::UnknownType(kind.clone()));
    assert_eq!(submit(&mut world), unknown);
    world.join(offer("any", Types::All, &[]));
    assert_eq!(submit(&mut world), unknown, "who takes all names none");
    world.join(offer("images", Types::These([kind.clone()].into()), &[]));
    assert!(submit(&mut world).is_ok());
}

#[test]
fn a_declared_type_is_known_before_there_is_a_worker() {
    let kind: TaskType = "thumbnail".parse().unwrap();
    let mut world = World::new(Config {
        types: [kind.clone()].into(),
        ..Config::default()
    });
    world.submit_kind(kind);
}

fn offer(pool: &str, types: Types, tags: &[&str]) -> Offer {
    Offer {
        pool: pool.parse().unwrap(),
        types,
        tags: tags.iter().map(|tag| tag.parse().unwrap()).collect(),
        slots: 1,
    }
}

const NOTHING: Grants = Grants::NOTHING;
