//! A store that lasts as long as the process.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::future::BoxFuture;
use crate::model::{
    Change, Kept, RecordId, Setting, SettingId, Snapshot, Task, TaskId, Worker, WorkerId,
};
use crate::store::contract::{Store, StoreError};

/// A store in memory; clones share their records.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    tasks: HashMap<TaskId, Task>,
    workers: HashMap<WorkerId, Worker>,
    settings: HashMap<SettingId, Setting>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        // Nothing panics between two changes of one commit, so the records are whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        let snapshot = self.records().snapshot();
        Box::pin(async move { Ok(snapshot) })
    }

    fn fetch(&self, records: Vec<RecordId>) -> BoxFuture<'_, Result<Snapshot, StoreError>> {
        let snapshot = self.records().fetch(&records);
        Box::pin(async move { Ok(snapshot) })
    }

    fn commit(&self, changes: Vec<Change>) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.records().commit(changes) })
    }
}

impl Records {
    fn commit(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.check(&changes)?;
        for change in changes {
            self.make(change);
        }
        Ok(())
    }

    fn make(&mut self, change: Change) {
        match change {
            Change::PutTask { task, kept } => self.put_task(*task, kept),
            Change::RemoveTask { id, .. } => {
                self.tasks.remove(&id);
            }
            Change::PutWorker(worker) => {
                self.workers.insert(worker.id, worker);
            }
            Change::RemoveWorker { id, .. } => {
                self.workers.remove(&id);
            }
            Change::PutSetting(setting) => {
                self.settings.insert(setting.id(), setting);
            }
            Change::RemoveSetting { id, .. } => {
                self.settings.remove(&id);
            }
        }
    }

    /// Takes from the task only what is said to be new, like a store that writes only that.
    fn put_task(&mut self, mut task: Task, kept: Kept) {
        if let Some(stored) = self.tasks.remove(&task.id) {
            if kept.checkpoint {
                task.checkpoint = stored.checkpoint;
            }
            let events = stored.events;
            let new = task.partial_results.into_iter().skip(kept.partial_results);
            let stored = stored
                .partial_results
                .into_iter()
                .take(kept.partial_results);
            task.partial_results = stored.chain(new).collect();
            task.events = task.events.before_which(kept.events, events);
        }
        self.tasks.insert(task.id, task);
    }

    fn fetch(&self, records: &[RecordId]) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for record in records {
            match record {
                RecordId::Task { id, .. } => snapshot.tasks.extend(self.tasks.get(id).cloned()),
                RecordId::Worker(id) => snapshot.workers.extend(self.workers.get(id).cloned()),
                RecordId::Setting(id) => snapshot.settings.extend(self.settings.get(id).cloned()),
            }
        }
        snapshot
    }

    /// Goes through the changes as if each had been made before the next is looked at.
    fn check(&self, changes: &[Change]) -> Result<(), StoreError> {
        let mut seen = HashMap::new();
        for change in changes {
            let record = RecordId::of(change);
            let stored = seen
                .get(&record)
                .copied()
                .unwrap_or_else(|| self.revision(&record));
            let Some(after) = step(change, stored) else {
                return Err(StoreError::Conflict { record });
            };
            seen.insert(record, after);
        }
        Ok(())
    }

    /// Returns a record's revision, 0 if there is none.
    fn revision(&self, record: &RecordId) -> u64 {
        match record {
            RecordId::Task { id, .. } => revision(&self.tasks, id, |task| task.revision),
            RecordId::Worker(id) => revision(&self.workers, id, |worker| worker.revision),
            RecordId::Setting(id) => revision(&self.settings, id, Setting::revision),
        }
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            tasks: self.tasks.values().cloned().collect(),
            workers: self.workers.values().cloned().collect(),
            settings: self.settings.values().cloned().collect(),
        }
    }
}

fn revision<K: Hash + Eq, V>(records: &HashMap<K, V>, id: &K, of: impl Fn(&V) -> u64) -> u64 {
    records.get(id).map_or(0, of)
}

/// Returns the revision after the change, unless the change does not fit the stored one.
fn step(change: &Change, stored: u64) -> Option<u64> {
    let put = |revision: u64| (revision.checked_sub(1) == Some(stored)).then_some(revision);
    let remove = |revision: u64| (revision > 0 && revision == stored).then_some(0);
    match change {
        Change::PutTask { task, .. } => put(task.revision),
        Change::PutWorker(worker) => put(worker.revision),
        Change::PutSetting(setting) => put(setting.revision()),
        Change::RemoveTask { revision, .. }
        | Change::RemoveWorker { revision, .. }
        | Change::RemoveSetting { revision, .. } => remove(*revision),
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryStore;
    use crate::store::tests::{laws, model};

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_laws() {
        // Opening again is cloning: both look at the same records.
        laws::hold_for(MemoryStore::new, Clone::clone).await;
    }

    #[tokio::test]
    async fn the_store_in_memory_has_what_the_scheduler_has() {
        model::holds_for(MemoryStore::new, Clone::clone).await;
    }
}
