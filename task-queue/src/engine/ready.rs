//! The tasks that wait for a worker, first come first served.

use std::collections::BTreeMap;

use crate::model::{Task, TaskId, TaskKind};

/// The pending tasks in order of submission, those that need a GPU apart: they must not hold up
/// the others while no GPU is free.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ready {
    gpu: BTreeMap<u64, TaskId>,
    other: BTreeMap<u64, TaskId>,
}

impl Ready {
    pub(super) fn insert(&mut self, task: &Task) {
        self.lane(task).insert(task.order, task.id);
    }

    pub(super) fn remove(&mut self, task: &Task) {
        self.lane(task).remove(&task.order);
    }

    /// Returns the first task that needs a GPU.
    pub(super) fn first_gpu(&self) -> Option<TaskId> {
        self.gpu.values().next().copied()
    }

    /// Returns the first task that any worker can do.
    pub(super) fn first_other(&self) -> Option<TaskId> {
        self.other.values().next().copied()
    }

    fn lane(&mut self, task: &Task) -> &mut BTreeMap<u64, TaskId> {
        match task.spec.kind {
            TaskKind::Gpu => &mut self.gpu,
            TaskKind::Compute | TaskKind::Io | TaskKind::Pipeline => &mut self.other,
        }
    }
}
