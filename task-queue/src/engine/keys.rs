//! Idempotency keys: which task a submitter has made with a key.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Submitter, Task, TaskId, Timestamp};

/// The latest task of each key.
///
/// It follows from the tasks' records, and is never stored. A task with a key is not forgotten
/// before the key is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Keys(HashMap<(Submitter, Arc<str>), Made>);

/// What was made with a key.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Made {
    task: TaskId,
    order: u64,
}

impl Keys {
    pub(super) fn insert(&mut self, task: &Task) {
        let Some(key) = key(task) else {
            return;
        };
        let made = Made {
            task: task.id,
            order: task.order,
        };
        // One made before, whose time was over, can be there still.
        let latest = self.0.entry(key).or_insert(made);
        if latest.order < task.order {
            *latest = made;
        }
    }

    pub(super) fn remove(&mut self, task: &Task) {
        let Some(key) = key(task) else {
            return;
        };
        if self.0.get(&key).is_some_and(|made| made.task == task.id) {
            self.0.remove(&key);
        }
    }

    /// Returns the latest task that was made with a key.
    pub(super) fn find(&self, submitter: &Submitter, key: &Arc<str>) -> Option<TaskId> {
        let made = self.0.get(&(submitter.clone(), Arc::clone(key)))?;
        Some(made.task)
    }
}

/// Returns until when a task's key counts, if it has one.
pub(super) fn counts_until(task: &Task, window: Duration) -> Option<Timestamp> {
    task.spec.idempotency_key.as_ref()?;
    Some(task.submitted_at.saturating_add(window))
}

fn key(task: &Task) -> Option<(Submitter, Arc<str>)> {
    let key = task.spec.idempotency_key.as_ref()?;
    Some((task.submitter.clone(), Arc::clone(key)))
}
