//! What has changed since it was last stored.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Kept, SettingId, Task, TaskId, WorkerId};

/// What has changed since it was last stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Unsaved {
    /// The tasks whose change must be stored before anybody hears of it.
    pub(super) tasks: BTreeSet<TaskId>,
    /// The tasks that have only been reported on: that can wait.
    pub(super) reports: BTreeSet<TaskId>,
    /// What of the changed tasks is stored already, where that is not all.
    kept: BTreeMap<TaskId, Kept>,
    pub(super) workers: BTreeSet<WorkerId>,
    pub(super) settings: BTreeSet<SettingId>,
    /// With their places, and the revisions that the store has.
    pub(super) removed_tasks: BTreeMap<TaskId, (u64, u64)>,
    /// With the revisions that the store has.
    pub(super) removed_workers: BTreeMap<WorkerId, u64>,
    /// With the revisions that the store has.
    pub(super) removed_settings: BTreeMap<SettingId, u64>,
}

impl Unsaved {
    /// Notes that there is another checkpoint than the stored one.
    pub(super) fn checkpoint(&mut self, task: &Task) {
        self.kept_mut(task).checkpoint = false;
    }

    /// Notes that a partial result is about to be added.
    pub(super) fn partial_result(&mut self, task: &Task) {
        self.kept_mut(task);
    }

    /// Returns what of the task is stored already, and forgets it: it is about to be stored whole.
    pub(super) fn take_kept(&mut self, task: &Task) -> Kept {
        let kept = self.kept.remove(&task.id);
        if task.revision == 0 {
            return Kept::NOTHING;
        }
        // Which events are stored already, the events themselves know best.
        Kept {
            events: task.events.paged(),
            ..kept.unwrap_or_else(|| all_of(task))
        }
    }

    /// Returns whether something must be stored before anybody hears of it.
    pub(super) fn is_urgent(&self) -> bool {
        !(self.tasks.is_empty()
            && self.workers.is_empty()
            && self.removed_tasks.is_empty()
            && self.removed_workers.is_empty()
            && self.settings.is_empty()
            && self.removed_settings.is_empty())
    }

    /// Forgets what was noted of a task.
    pub(super) fn forget_task(&mut self, id: TaskId) {
        self.tasks.remove(&id);
        self.reports.remove(&id);
        self.kept.remove(&id);
    }

    fn kept_mut(&mut self, task: &Task) -> &mut Kept {
        self.kept.entry(task.id).or_insert_with(|| all_of(task))
    }
}

fn all_of(task: &Task) -> Kept {
    Kept {
        partial_results: task.partial_results.len(),
        checkpoint: true,
        events: task.events.paged(),
    }
}
