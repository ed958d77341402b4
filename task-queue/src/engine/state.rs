//! The records, and the indexes that are kept in step with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::mem;

use crate::engine::config::Config;
use crate::engine::idle::Idle;
use crate::engine::ready::Ready;
use crate::engine::timers::Timers;
use crate::model::{
    Change, Snapshot, Task, TaskId, TaskKind, TaskState, Timestamp, Worker, WorkerId, WorkerKind,
    WorkerStatus,
};

/// Everything the scheduler knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    config: Config,
    tasks: HashMap<TaskId, Task>,
    workers: HashMap<WorkerId, Worker>,
    ready: Ready,
    idle: Idle,
    timers: Timers,
    next_order: u64,
    /// About how many bytes the tasks' values take.
    bytes: usize,
    unsaved: Unsaved,
}

/// What has changed since the last time the changes were taken.
#[derive(Debug, Clone, Default, PartialEq)]
struct Unsaved {
    tasks: BTreeSet<TaskId>,
    workers: BTreeSet<WorkerId>,
    /// With the revision that the store has.
    removed_tasks: BTreeMap<TaskId, u64>,
    removed_workers: BTreeMap<WorkerId, u64>,
}

impl State {
    /// Creates the state of an empty queue.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// Rebuilds the state from what a store has loaded.
    ///
    /// Running tasks are still running: it is for the owner to say which workers did not survive,
    /// by a [`Command::Lose`](crate::engine::Command::Lose) for each.
    pub fn restore(config: Config, snapshot: Snapshot) -> Self {
        let mut state = Self::new(config);
        for worker in snapshot.workers {
            state.insert_worker(worker);
        }
        for task in snapshot.tasks {
            state.insert_task(task);
        }
        state.unsaved = Unsaved::default();
        state
    }

    /// Takes what has changed since the last call, to be committed in one piece.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let unsaved = mem::take(&mut self.unsaved);
        let mut changes = Vec::new();
        for (id, revision) in unsaved.removed_tasks {
            changes.push(Change::RemoveTask { id, revision });
        }
        for (id, revision) in unsaved.removed_workers {
            changes.push(Change::RemoveWorker { id, revision });
        }
        for id in unsaved.workers {
            if let Some(worker) = self.workers.get_mut(&id) {
                worker.revision = worker.revision.saturating_add(1);
                changes.push(Change::PutWorker(worker.clone()));
            }
        }
        for id in unsaved.tasks {
            if let Some(task) = self.tasks.get_mut(&id) {
                task.revision = task.revision.saturating_add(1);
                changes.push(Change::PutTask(Box::new(task.clone())));
            }
        }
        changes
    }

    /// Returns what the scheduler is set to.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns a task's record.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// Returns a worker's record.
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// Returns how many tasks there are.
    pub fn task_count(&self) -> usize {
        self.tasks.len()
    }

    /// Returns about how many bytes the values of all tasks take.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns how many workers there are.
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// Returns all tasks in order of submission.
    pub fn tasks(&self) -> Vec<&Task> {
        let mut tasks: Vec<_> = self.tasks.values().collect();
        tasks.sort_unstable_by_key(|task| task.order);
        tasks
    }

    /// Returns all workers in order of registration.
    pub fn workers(&self) -> Vec<&Worker> {
        let mut workers: Vec<_> = self.workers.values().collect();
        workers.sort_unstable_by_key(|worker| worker.order);
        workers
    }

    /// Returns the first idle worker of that kind.
    pub fn idle_worker(&self, kind: WorkerKind) -> Option<WorkerId> {
        self.idle.first(kind)
    }

    /// Returns the idle worker that is to do a task of that kind.
    pub fn idle_worker_for(&self, task: TaskKind) -> Option<WorkerId> {
        self.idle.first_for(task)
    }

    /// Returns when the clock will next make something due.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timers.next()
    }

    /// Returns the next pair of a pending task and the idle worker that is to do it.
    pub(super) fn next_match(&self) -> Option<(TaskId, WorkerId)> {
        let gpu = self.ready.first_gpu().zip(self.idle.first(WorkerKind::Gpu));
        gpu.or_else(|| {
            let task = self.ready.first_other()?;
            Some((task, self.idle.first_for(TaskKind::Compute)?))
        })
    }

    /// Returns the tasks that the clock has made due.
    pub(super) fn due(&self, now: Timestamp) -> Vec<TaskId> {
        self.timers.due(now)
    }

    /// Returns the next place in order of submission or registration.
    pub(super) const fn take_order(&mut self) -> u64 {
        let order = self.next_order;
        self.next_order = order.saturating_add(1);
        order
    }

    pub(super) fn insert_task(&mut self, task: Task) {
        self.next_order = self.next_order.max(task.order.saturating_add(1));
        self.bytes = self.bytes.saturating_add(task.bytes);
        self.enter(&task);
        self.unsaved.tasks.insert(task.id);
        self.tasks.insert(task.id, task);
    }

    /// Notes that a task's values take more space, some of it another value's.
    pub(super) fn account(&mut self, id: TaskId, added: usize, freed: usize) {
        if let Some(task) = self.tasks.get_mut(&id) {
            let after = task.bytes.saturating_add(added).saturating_sub(freed);
            self.bytes = self.bytes.saturating_sub(task.bytes).saturating_add(after);
            task.bytes = after;
            self.unsaved.tasks.insert(id);
        }
    }

    pub(super) fn insert_worker(&mut self, worker: Worker) {
        self.next_order = self.next_order.max(worker.order.saturating_add(1));
        if worker.status == WorkerStatus::Idle {
            self.idle.insert(&worker);
        }
        self.unsaved.workers.insert(worker.id);
        self.workers.insert(worker.id, worker);
    }

    /// Gives out a task's record for changes to anything but its state and its place.
    pub(super) fn task_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let task = self.tasks.get_mut(&id)?;
        self.unsaved.tasks.insert(id);
        Some(task)
    }

    /// Gives out a worker's record for changes to anything but its status and its place.
    pub(super) fn worker_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        let worker = self.workers.get_mut(&id)?;
        self.unsaved.workers.insert(id);
        Some(worker)
    }

    /// Brings a task into another state: the only place where that happens.
    ///
    /// The worker of an attempt that ends thereby is idle, and that of one that begins is busy.
    pub(super) fn transition(&mut self, id: TaskId, next: TaskState) {
        let Some(mut task) = self.tasks.remove(&id) else {
            return;
        };
        self.leave(&task);
        if let Some(attempt) = task.live_attempt() {
            self.set_worker_status(attempt.worker, WorkerStatus::Idle);
        }
        task.state = next;
        if let Some(attempt) = task.live_attempt() {
            self.set_worker_status(attempt.worker, WorkerStatus::Busy(id));
        }
        self.enter(&task);
        self.unsaved.tasks.insert(id);
        self.tasks.insert(id, task);
    }

    /// Gives a worker another status: the only place where that happens.
    pub(super) fn set_worker_status(&mut self, id: WorkerId, status: WorkerStatus) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        self.idle.remove(worker);
        worker.status = status;
        if status == WorkerStatus::Idle {
            self.idle.insert(worker);
        }
        self.unsaved.workers.insert(id);
    }

    pub(super) fn remove_task(&mut self, id: TaskId) {
        let Some(task) = self.tasks.remove(&id) else {
            return;
        };
        self.leave(&task);
        self.bytes = self.bytes.saturating_sub(task.bytes);
        self.unsaved.tasks.remove(&id);
        if task.revision > 0 {
            self.unsaved.removed_tasks.insert(id, task.revision);
        }
    }

    pub(super) fn remove_worker(&mut self, id: WorkerId) {
        let Some(worker) = self.workers.remove(&id) else {
            return;
        };
        self.idle.remove(&worker);
        self.unsaved.workers.remove(&id);
        if worker.revision > 0 {
            self.unsaved.removed_workers.insert(id, worker.revision);
        }
    }

    fn enter(&mut self, task: &Task) {
        if task.state == TaskState::Pending {
            self.ready.insert(task);
        }
        if let Some(at) = task.state.due_at() {
            self.timers.insert(at, task.id);
        }
    }

    fn leave(&mut self, task: &Task) {
        if task.state == TaskState::Pending {
            self.ready.remove(task);
        }
        if let Some(at) = task.state.due_at() {
            self.timers.remove(at, task.id);
        }
    }
}
