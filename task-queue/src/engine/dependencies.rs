//! Which tasks wait for which, and for whom the wait is in vain.

use std::collections::BTreeSet;

use crate::model::{IdMap, OnFailure, Task, TaskId, TaskStatus};

/// What the unfinished tasks wait for.
///
/// All of it follows from the tasks' records, and is never stored. A predecessor that is not there
/// any more counts as one that has ended: while a task waits for it, it is not forgotten.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Dependencies {
    /// The unfinished tasks that come after a task.
    dependants: IdMap<TaskId, BTreeSet<TaskId>>,
    /// For how many others a task still waits, where it does.
    missing: IdMap<TaskId, usize>,
    /// The tasks that are to fail, since one that they come after has.
    doomed: BTreeSet<TaskId>,
}

impl Dependencies {
    /// Takes up an unfinished task; `status` tells of another how it stands, if it is there.
    pub(super) fn enter(&mut self, task: &Task, status: impl Fn(TaskId) -> Option<TaskStatus>) {
        for predecessor in &task.spec.after.tasks {
            self.dependants
                .entry(*predecessor)
                .or_default()
                .insert(task.id);
        }
        self.look(task, status);
    }

    /// Forgets an unfinished task.
    pub(super) fn leave(&mut self, task: &Task) {
        for predecessor in &task.spec.after.tasks {
            let Some(dependants) = self.dependants.get_mut(predecessor) else {
                continue;
            };
            dependants.remove(&task.id);
            if dependants.is_empty() {
                self.dependants.remove(predecessor);
            }
        }
        self.missing.remove(&task.id);
        self.doomed.remove(&task.id);
    }

    /// Notes that of the tasks that this one comes after, one stands differently now.
    pub(super) fn look(&mut self, task: &Task, status: impl Fn(TaskId) -> Option<TaskStatus>) {
        let statuses = task.spec.after.tasks.iter().copied().filter_map(status);
        let (mut missing, mut has_failed) = (0_usize, false);
        for status in statuses {
            missing = missing.saturating_add(usize::from(!status.is_final()));
            has_failed |= matches!(status, TaskStatus::Failed | TaskStatus::Cancelled);
        }
        if missing > 0 {
            self.missing.insert(task.id, missing);
        } else {
            self.missing.remove(&task.id);
        }
        if has_failed && task.spec.after.on_failure == OnFailure::Fail {
            self.doomed.insert(task.id);
        } else {
            self.doomed.remove(&task.id);
        }
    }

    /// Notes that one of those that a task waits for has ended well: that is what happens most.
    pub(super) fn one_less(&mut self, task: TaskId) {
        if let Some(missing) = self.missing.get_mut(&task) {
            *missing = missing.saturating_sub(1);
            if *missing == 0 {
                self.missing.remove(&task);
            }
        }
    }

    /// Returns whether a task must not begin, for what it comes after.
    pub(super) fn holds_back(&self, task: TaskId) -> bool {
        self.missing.contains_key(&task) || self.doomed.contains(&task)
    }

    /// Returns the unfinished tasks that come after a task.
    pub(super) fn dependants(&self, task: TaskId) -> Vec<TaskId> {
        let dependants = self.dependants.get(&task);
        dependants.into_iter().flatten().copied().collect()
    }

    /// Returns how many unfinished tasks come after a task.
    pub(super) fn count_dependants(&self, task: TaskId) -> usize {
        self.dependants.get(&task).map_or(0, BTreeSet::len)
    }

    /// Returns the tasks that are to fail; the first `max` of them.
    pub(super) fn doomed(&self, max: usize) -> Vec<TaskId> {
        self.doomed.iter().take(max).copied().collect()
    }

    /// Returns whether there are tasks that are to fail.
    pub(super) fn has_doomed(&self) -> bool {
        !self.doomed.is_empty()
    }
}
