//! The tasks that the clock will make due.

use std::collections::BTreeSet;

use crate::model::{TaskId, Timestamp};

/// At most one point in time for each task, earliest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Timers(BTreeSet<(Timestamp, TaskId)>);

impl Timers {
    pub(super) fn insert(&mut self, at: Timestamp, task: TaskId) {
        self.0.insert((at, task));
    }

    pub(super) fn remove(&mut self, at: Timestamp, task: TaskId) {
        self.0.remove(&(at, task));
    }

    /// Returns the earliest point.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.0.first().map(|&(at, _)| at)
    }

    /// Returns the tasks that are due, longest due first; the first `max` of them.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<TaskId> {
        self.0
            .iter()
            .take(max)
            .take_while(|&&(at, _)| at <= now)
            .map(|&(_, task)| task)
            .collect()
    }
}
