//! Who waits for what is next to happen to a task.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::model::{IdMap, RecordId, TaskId};
use crate::service::config::WatchLimits;
use crate::service::refusal::Refusal;

/// Who waits for what is next to happen to which task. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(in crate::service) struct Watchers(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    limits: WatchLimits,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    /// What wakes those who wait, and how many they are.
    tasks: IdMap<TaskId, (watch::Sender<()>, usize)>,
    watchers: usize,
    is_closed: bool,
}

/// One who waits; it is counted as long as it is there.
#[derive(Debug)]
pub(in crate::service) struct Watch {
    stored: watch::Receiver<()>,
    task: TaskId,
    watchers: Watchers,
}

impl Watchers {
    pub(in crate::service) fn new(limits: WatchLimits) -> Self {
        Self(Arc::new(Shared {
            limits,
            watched: Mutex::default(),
        }))
    }

    /// Adds one who waits.
    pub(in crate::service) fn watch(&self, task: TaskId) -> Result<Watch, Refusal> {
        let limits = self.0.limits;
        let mut watched = self.lock();
        if watched.is_closed {
            return Err(Refusal::Stopped);
        }
        if watched.watchers >= limits.all {
            let max = limits.all;
            return Err(Refusal::TooManyWatchers { max });
        }
        let of_task = watched.tasks.get(&task).map_or(0, |(_, count)| *count);
        if of_task >= limits.per_task {
            let max = limits.per_task;
            return Err(Refusal::TooManyWatchersOfTask { max });
        }
        watched.watchers = watched.watchers.saturating_add(1);
        let (sender, count) = watched
            .tasks
            .entry(task)
            .or_insert_with(|| (watch::Sender::new(()), 0));
        *count = count.saturating_add(1);
        Ok(Watch {
            stored: sender.subscribe(),
            task,
            watchers: self.clone(),
        })
    }

    /// Wakes those who wait for one of these records, which were stored.
    pub(in crate::service) fn wake(&self, records: &[RecordId]) {
        let watched = self.lock();
        if watched.tasks.is_empty() {
            return;
        }
        for record in records {
            if let RecordId::Task { id, .. } = record
                && let Some((sender, _)) = watched.tasks.get(id)
            {
                sender.send_replace(());
            }
        }
    }

    /// Has nobody wait any more.
    pub(in crate::service) fn close(&self) {
        let mut watched = self.lock();
        watched.is_closed = true;
        watched.tasks.clear();
    }

    #[cfg(test)]
    pub(in crate::service) fn count(&self) -> usize {
        self.lock().watchers
    }

    fn leave(&self, task: TaskId) {
        let mut watched = self.lock();
        watched.watchers = watched.watchers.saturating_sub(1);
        if let Some((_, count)) = watched.tasks.get_mut(&task) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                watched.tasks.remove(&task);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Begins to wait for what is stored from here on.
    pub(in crate::service) fn look(&mut self) {
        self.stored.mark_unchanged();
    }

    /// Waits until something was stored since the last look.
    pub(in crate::service) async fn changed(&mut self) -> Result<(), Refusal> {
        self.stored.changed().await.map_err(|_| Refusal::Stopped)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.leave(self.task);
    }
}
