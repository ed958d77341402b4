//! Who gets which task when the queue decides by itself.

use serde_json::json;

use super::world::World;
use crate::model::{TaskKind, TaskStatus, WorkerKind};

#[test]
fn in_manual_mode_a_task_waits_although_a_worker_is_idle() {
    let mut world = World::manual();
    world.register(WorkerKind::Cpu);
    let task = world.submit_kind(TaskKind::Compute);
    assert_eq!(world.status(task), TaskStatus::Pending);
}

#[test]
fn in_auto_mode_a_task_goes_to_a_worker_whoever_came_first() {
    let mut world = World::auto();
    let early = world.submit_kind(TaskKind::Compute);
    world.register(WorkerKind::Cpu);
    assert_eq!(world.status(early), TaskStatus::Running);
    world.register(WorkerKind::Cpu);
    let late = world.submit_kind(TaskKind::Compute);
    assert_eq!(world.status(late), TaskStatus::Running);
}

#[test]
fn gpu_tasks_go_to_gpu_workers_only() {
    let mut world = World::auto();
    world.register(WorkerKind::Cpu);
    let task = world.submit_kind(TaskKind::Gpu);
    assert_eq!(world.status(task), TaskStatus::Pending);
    let gpu = world.register(WorkerKind::Gpu);
    assert_eq!(world.task(task).live_attempt().unwrap().worker, gpu);
}

#[test]
fn other_tasks_leave_the_gpu_alone_while_a_cpu_is_idle() {
    let mut world = World::auto();
    let gpu = world.register(WorkerKind::Gpu);
    let cpu = world.register(WorkerKind::Cpu);
    let first = world.submit_kind(TaskKind::Io);
    let second = world.submit_kind(TaskKind::Io);
    assert_eq!(world.task(first).live_attempt().unwrap().worker, cpu);
    assert_eq!(world.task(second).live_attempt().unwrap().worker, gpu);
}

#[test]
fn a_gpu_task_that_waits_does_not_hold_up_the_others() {
    let mut world = World::auto();
    let gpu_task = world.submit_kind(TaskKind::Gpu);
    let other = world.submit_kind(TaskKind::Compute);
    world.register(WorkerKind::Cpu);
    assert_eq!(world.status(gpu_task), TaskStatus::Pending);
    assert_eq!(world.status(other), TaskStatus::Running);
}

#[test]
fn tasks_run_in_the_order_of_their_submission() {
    let mut world = World::auto();
    let tasks: Vec<_> = (0..5)
        .map(|_| world.submit_kind(TaskKind::Compute))
        .collect();
    world.register(WorkerKind::Cpu);
    for task in tasks {
        assert_eq!(world.status(task), TaskStatus::Running);
        world.complete(task, json!(null)).unwrap();
    }
}
