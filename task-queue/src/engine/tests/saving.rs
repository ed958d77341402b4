//! What goes to the store, and that a state comes back from it.

use serde_json::json;

use super::world::World;
use crate::engine::{Command, Lose, Reap, State};
use crate::model::{Change, Failure, PoolName, Snapshot, TaskType, Timestamp};

#[test]
fn each_changed_record_is_saved_once_with_the_next_revision() {
    let mut world = World::auto();
    let worker = world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    let revisions = |changes: Vec<Change>| -> Vec<u64> {
        let revision = |change| match change {
            Change::PutTask { task, .. } => task.revision,
            Change::PutWorker(worker) => worker.revision,
            other => panic!("nothing was removed: {other:?}"),
        };
        changes.into_iter().map(revision).collect()
    };
    assert_eq!(revisions(world.state.take_changes()), [1, 1]);
    assert_eq!(world.state.take_changes(), []);
    world.complete(task, json!(1)).unwrap();
    assert_eq!(revisions(world.state.take_changes()), [2]);
    assert_eq!(world.worker(worker).revision, 1);
}

#[test]
fn a_removed_record_is_removed_with_the_stored_revision() {
    let mut world = World::auto();
    let id = world.register(PoolName::CPU);
    world.state.take_changes();
    world.apply(Command::Lose(Lose { worker: id }));
    let removed = Change::RemoveWorker { id, revision: 1 };
    assert_eq!(world.state.take_changes(), [removed]);
}

#[test]
fn what_was_never_saved_is_not_removed_either() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_kind(TaskType::COMPUTE);
    world.complete(task, json!(1)).unwrap();
    let finished_before = Timestamp::from_millis(u64::MAX);
    world.apply(Command::Reap(Reap { finished_before }));
    let changes = world.state.take_changes();
    assert!(matches!(changes[..], [Change::PutWorker(_)]), "{changes:?}");
}

#[test]
fn a_restored_state_is_the_same_in_every_index() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    world.register(PoolName::GPU);
    world.submit_kind(TaskType::COMPUTE);
    let retrying = world.submit_retrying(3);
    world.fail(retrying, Failure::transient("no"));
    world.submit_kind(TaskType::GPU);
    world.submit_kind(TaskType::GPU);
    world.state.take_changes();
    let snapshot = Snapshot {
        tasks: world.state.tasks().into_iter().cloned().collect(),
        workers: world.state.workers().into_iter().cloned().collect(),
        ..Snapshot::default()
    };
    let restored = State::restore(world.state.config().clone(), snapshot);
    assert_eq!(restored, world.state);
}

#[test]
fn a_record_survives_the_way_through_text() {
    let mut world = World::auto();
    world.register(PoolName::CPU);
    let task = world.submit_retrying(3);
    world.fail(task, Failure::transient("no"));
    world.state.take_changes();
    let record = world.task(task);
    let text = serde_json::to_string(record).unwrap();
    let back: crate::model::Task = serde_json::from_str(&text).unwrap();
    assert_eq!(&back, record);
}
