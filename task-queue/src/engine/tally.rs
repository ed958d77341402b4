//! How many tasks stand where.

use std::collections::BTreeMap;

use crate::engine::state::State;
use crate::model::{Need, PoolName, Task, TaskStatus, TaskType};

/// How many tasks there are of each group; kept in step with every change, so that asking costs
/// nothing of how many tasks there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tally(BTreeMap<Group, usize>);

/// What tasks are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Where they stand.
    pub status: TaskStatus,
    /// What is to be done.
    pub kind: TaskType,
    /// The pool that they ask for; none of those that have come to their end, so that there are no
    /// more groups than needs.
    pub pool: Option<PoolName>,
}

impl Tally {
    /// Counts a task.
    pub(super) fn enter(&mut self, task: &Task) {
        let count = self.0.entry(Group::of(task)).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts a task no more.
    pub(super) fn leave(&mut self, task: &Task) {
        let group = Group::of(task);
        let Some(count) = self.0.get_mut(&group) else {
            return;
        };
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.0.remove(&group);
        }
    }
}

impl Group {
    fn of(task: &Task) -> Self {
        let status = task.status();
        let pool = task.spec.pool.as_ref().filter(|_| !status.is_final());
        Self {
            status,
            kind: task.spec.kind.clone(),
            pool: pool.cloned(),
        }
    }
}

impl State {
    /// Returns how many tasks there are of each group that has any.
    pub fn groups(&self) -> impl Iterator<Item = (&Group, usize)> {
        self.tally.0.iter().map(|(group, count)| (group, *count))
    }

    /// Returns the tasks that will be the next to begin of those that need the same of a worker.
    pub fn next_in_line(&self) -> impl Iterator<Item = (&Need, &Task)> {
        let heads = self.matching.heads();
        heads.filter_map(|(need, task)| Some((need, self.task(task)?)))
    }
}
