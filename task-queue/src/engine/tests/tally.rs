//! That tasks are counted where they stand.

use crate::engine::tests::world::World;
use crate::engine::{Cancel, Command};
use crate::model::{PoolName, TaskStatus, TaskType};

#[test]
fn a_task_is_counted_once_where_it_stands_and_not_where_it_was() {
    let mut world = World::manual();
    let task = world.submit_kind(TaskType::COMPUTE);
    assert_eq!(counted(&world), [(TaskStatus::Pending, 1)]);
    assert_eq!(world.state.next_in_line().count(), 1);
    let worker = world.register(PoolName::CPU);
    world.start(task, worker);
    assert_eq!(counted(&world), [(TaskStatus::Running, 1)]);
    assert_eq!(world.state.next_in_line().count(), 0);
    world.apply(Command::Cancel(Cancel { task }));
    assert_eq!(counted(&world), [(TaskStatus::Cancelled, 1)]);
}

fn counted(world: &World) -> Vec<(TaskStatus, usize)> {
    let groups = world.state.groups();
    groups.map(|(group, count)| (group.status, count)).collect()
}
