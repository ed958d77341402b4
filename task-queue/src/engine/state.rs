//! The records, and the indexes that are kept in step with them.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::accounts::{Accounts, Usage};
use crate::engine::config::Config;
use crate::engine::dependencies::Dependencies;
use crate::engine::keys::{Keys, counts_until};
use crate::engine::leases::Leases;
use crate::engine::matching::Matching;
use crate::engine::rejected::Rejected;
use crate::engine::resting::Resting;
use crate::engine::settings::Settings;
use crate::engine::tally::Tally;
use crate::engine::timers::Timers;
use crate::engine::traffic::Traffic;
use crate::engine::unsaved::Unsaved;
use crate::model::{
    AccountId, Change, Happening, IdMap, Link, Need, PoolName, Quotas, RecordId, Snapshot,
    Standing, Submitter, Task, TaskId, TaskState, TaskType, Timestamp, Worker, WorkerId,
};

/// Everything the scheduler knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    pub(super) config: Config,
    /// In boxes, since a table has room for more than it holds.
    pub(super) tasks: IdMap<TaskId, Box<Task>>,
    /// By their places, which are the order of submission.
    places: BTreeMap<u64, TaskId>,
    pub(super) workers: IdMap<WorkerId, Worker>,
    pub(super) matching: Matching,
    pub(super) dependencies: Dependencies,
    pub(super) accounts: Accounts,
    pub(super) resting: Resting,
    pub(super) timers: Timers,
    leases: Leases,
    keys: Keys,
    pub(super) settings: Settings,
    pub(super) traffic: Traffic,
    pub(super) tally: Tally,
    /// When a task could begin that is held back only by how fast others have begun.
    pub(super) opens_at: Option<Timestamp>,
    next_order: u64,
    /// About how many bytes the tasks' values take.
    bytes: usize,
    pub(super) unsaved: Unsaved,
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
        state.put_back(snapshot);
        state
    }

    /// Goes back to what is stored of these records, after a commit of changes to them has failed:
    /// those that are not in the snapshot are gone.
    ///
    /// Whatever else is unsaved is forgotten, so all that was taken and not committed must be among
    /// the records, and reports that were not taken yet may be lost.
    pub fn revert(&mut self, records: &[RecordId], stored: Snapshot) {
        // What is not stored of workers is as it is, whatever becomes of their records.
        let workers = records.iter().filter_map(|record| self.unstored(record));
        let workers: Vec<_> = workers.collect();
        for record in records {
            match record {
                RecordId::Task { id, .. } => self.undo_task(*id),
                RecordId::Worker(id) => self.remove_worker(*id),
                RecordId::Setting(id) => self.remove_setting(id),
            }
        }
        self.put_back(stored);
        for (worker, running, link) in workers {
            self.put_back_unstored(worker, &running, link);
        }
    }

    /// Returns whether something has changed that must be stored before anybody hears of it.
    pub fn has_changes(&self) -> bool {
        self.unsaved.is_urgent()
    }

    /// Returns whether there are reports that were not taken yet.
    pub fn has_reports(&self) -> bool {
        !self.unsaved.reports.is_empty()
    }

    /// Takes what has changed since the last call, to be committed in one piece. Tasks that have only
    /// been reported on (their progress, their log) are left for [`State::take_reports`].
    pub fn take_changes(&mut self) -> Vec<Change> {
        let removed = mem::take(&mut self.unsaved.removed_tasks).into_iter();
        let mut changes: Vec<_> = removed
            .map(|(id, (order, revision))| Change::RemoveTask {
                id,
                order,
                revision,
            })
            .collect();
        let removed = mem::take(&mut self.unsaved.removed_workers).into_iter();
        changes.extend(removed.map(|(id, revision)| Change::RemoveWorker { id, revision }));
        for id in mem::take(&mut self.unsaved.workers) {
            if let Some(worker) = self.workers.get_mut(&id) {
                worker.revision = worker.revision.saturating_add(1);
                changes.push(Change::PutWorker(worker.as_stored()));
            }
        }
        changes.extend(self.take_settings());
        for id in mem::take(&mut self.unsaved.tasks) {
            changes.extend(self.take_task(id));
        }
        changes
    }

    /// Takes the tasks that have been reported on since the last call, to be committed.
    pub fn take_reports(&mut self) -> Vec<Change> {
        let reports = mem::take(&mut self.unsaved.reports);
        reports
            .into_iter()
            .filter_map(|id| self.take_task(id))
            .collect()
    }

    /// Returns what the scheduler is set to.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns a task's record.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id).map(AsRef::as_ref)
    }

    /// Returns a worker's record.
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(&id)
    }

    /// Returns the place that the next task or worker gets: all there were before have lesser ones.
    pub const fn next_order(&self) -> u64 {
        self.next_order
    }

    /// Returns how many tasks there are.
    pub fn task_count(&self) -> usize {
        self.tasks.len()
    }

    /// Returns how many of the tasks are such.
    pub fn count_tasks(&self, such: impl Fn(&Task) -> bool) -> usize {
        self.tasks.values().filter(|task| such(task)).count()
    }

    /// Returns about how many bytes the values of all tasks take.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns what the tasks of an account, and of those below it, take up.
    pub fn usage(&self, account: AccountId) -> Usage {
        self.accounts.usage(account)
    }

    /// Returns how many workers there are.
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// Returns all tasks in order of submission.
    pub fn tasks(&self) -> Vec<&Task> {
        self.tasks_after(None).collect()
    }

    /// Returns the tasks after a place in order of submission, or all.
    pub fn tasks_after(&self, place: Option<u64>) -> impl Iterator<Item = &Task> {
        let start = place.map_or(Bound::Unbounded, Bound::Excluded);
        let places = self.places.range((start, Bound::Unbounded));
        places.filter_map(|(_, id)| self.task(*id))
    }

    /// Returns all workers in order of registration.
    pub fn workers(&self) -> Vec<&Worker> {
        let mut workers: Vec<_> = self.workers.values().collect();
        workers.sort_unstable_by_key(|worker| worker.order);
        workers
    }

    /// Returns the first idle worker, of a pool if it matters.
    pub fn idle_worker(&self, pool: Option<&PoolName>) -> Option<WorkerId> {
        self.matching.idle_in(pool)
    }

    /// Returns the idle worker that is to do a task with that need.
    pub fn idle_worker_for(&self, need: &Need) -> Option<WorkerId> {
        self.matching.idle_for(need)
    }

    /// Returns whether there can be tasks of that type: it is built in, declared, or some worker
    /// carries it out.
    pub fn knows(&self, kind: &TaskType) -> bool {
        TaskType::BUILT_IN.contains(kind)
            || self.config.types.contains(kind)
            || self.settings.know(kind)
            || self.matching.offers(kind)
    }

    /// Returns when the clock will next make something due.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.dependencies.has_doomed() {
            return Some(Timestamp::default());
        }
        let (tasks, leases) = (self.timers.next(), self.leases.next());
        let times = [tasks, leases, self.settings.next_due(), self.opens_at];
        times.into_iter().flatten().min()
    }

    /// Returns the tasks that are to fail since one before them has; the first `max` of them.
    pub(super) fn doomed(&self, max: usize) -> Vec<TaskId> {
        self.dependencies.doomed(max)
    }

    /// Returns how many unfinished tasks come after a task.
    pub(super) fn count_dependants(&self, task: TaskId) -> usize {
        self.dependencies.count_dependants(task)
    }

    /// Returns the latest task that was made with an idempotency key.
    pub(super) fn made_with(&self, submitter: &Submitter, key: &Arc<str>) -> Option<&Task> {
        self.task(self.keys.find(submitter, key)?)
    }

    /// Returns whether a task's idempotency key still counts.
    pub(super) fn key_counts(&self, task: &Task, now: Timestamp) -> bool {
        counts_until(task, self.config.retention.idempotency_keys).is_some_and(|until| until > now)
    }

    /// Returns the next pair of a pending task and the idle worker that is to do it.
    pub(super) fn next_match(&self, now: Timestamp) -> Option<(TaskId, WorkerId)> {
        let is_open = |pool: &PoolName| self.pool_holds_back(pool, now).is_none();
        self.matching.next(self.config.dispatch, is_open)
    }

    /// Returns who waits for whom.
    pub(super) const fn matching(&self) -> &Matching {
        &self.matching
    }

    /// Refuses what is more than an account, or one that it is below, may have.
    pub(super) fn check_quotas(&self, of: &Submitter, added: Usage) -> Result<(), Rejected> {
        self.accounts.check(of, added)
    }

    /// Says how much an account may take up; or has what was said end with its last task.
    pub(super) fn govern(&mut self, account: AccountId, quotas: Option<Quotas>) {
        match quotas {
            Some(quotas) => self.accounts.rule(account, quotas),
            None => self.accounts.lapse(account),
        }
        self.wake(&[account]);
    }

    /// Returns the tasks that the clock has made due.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<TaskId> {
        self.timers.due(now, max)
    }

    /// Returns the workers that were not heard of for too long.
    pub(super) fn due_workers(&self, now: Timestamp, max: usize) -> Vec<WorkerId> {
        self.leases.due(now, max)
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
        let id = task.id;
        self.enter(&task);
        self.keys.insert(&task);
        self.unsaved.tasks.insert(id);
        self.places.insert(task.order, id);
        self.tasks.insert(id, Box::new(task));
        self.tell_dependants(id, None);
    }

    /// Notes that a task's values take more space, some of it another value's.
    pub(super) fn account(&mut self, id: TaskId, added: usize, freed: usize) {
        if let Some(task) = self.tasks.get_mut(&id) {
            let after = task.bytes.saturating_add(added).saturating_sub(freed);
            self.bytes = self.bytes.saturating_sub(task.bytes).saturating_add(after);
            self.accounts.leave(task);
            task.bytes = after;
            self.accounts.enter(task);
            self.unsaved.tasks.insert(id);
        }
    }

    pub(super) fn insert_worker(&mut self, worker: Worker) {
        self.next_order = self.next_order.max(worker.order.saturating_add(1));
        self.matching.enter_worker(&worker);
        self.leases.enter(&worker);
        self.unsaved.workers.insert(worker.id);
        self.workers.insert(worker.id, worker);
    }

    /// Gives out a task's record for changes to anything but its state and its place.
    pub(super) fn task_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        let task = self.tasks.get_mut(&id)?;
        self.unsaved.tasks.insert(id);
        Some(task)
    }

    /// Gives out a task's record for changes to its progress and its log, which can be stored later.
    pub(super) fn report_on(&mut self, id: TaskId) -> Option<&mut Task> {
        let task = self.tasks.get_mut(&id)?;
        if !self.unsaved.tasks.contains(&id) {
            self.unsaved.reports.insert(id);
        }
        Some(task)
    }

    /// Adds an event to a task, if there is one to tell of. It is stored when the rest of the task is.
    pub(super) fn add_event(
        &mut self,
        id: TaskId,
        at: Timestamp,
        what: impl FnOnce(&Task) -> Option<Happening>,
    ) {
        let free = self.config.limits.total_bytes.saturating_sub(self.bytes);
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        let Some(what) = what(task) else {
            return;
        };
        let before = task.events.text_bytes();
        // Where there is no room, its own oldest events make some.
        let bounds = self.config.limits.of_events(before.saturating_add(free));
        match what {
            Happening::Progress(progress) => task.events.push_progress(at, progress, bounds),
            what => task.events.push(at, what, bounds),
        }
        let after = task.events.text_bytes();
        self.accounts.leave(task);
        task.bytes = task.bytes.saturating_sub(before).saturating_add(after);
        self.accounts.enter(task);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(after);
    }

    pub(super) fn add_partial_result(&mut self, id: TaskId, value: Arc<Value>) {
        if let Some(task) = self.tasks.get_mut(&id) {
            self.unsaved.partial_result(task);
            self.unsaved.tasks.insert(id);
            task.partial_results.push(value);
        }
    }

    /// Gives a task another checkpoint, and returns the one before.
    pub(super) fn set_checkpoint(&mut self, id: TaskId, value: Arc<Value>) -> Option<Arc<Value>> {
        let task = self.tasks.get_mut(&id)?;
        self.unsaved.checkpoint(task);
        self.unsaved.tasks.insert(id);
        task.checkpoint.replace(value)
    }

    /// Gives out a worker's record for changes to its counters, which are not stored.
    pub(super) fn worker_mut(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.workers.get_mut(&id)
    }

    /// Brings a task into another state: the only place where that happens.
    ///
    /// The worker of an attempt that ends thereby has it no longer, and that of one that begins has it.
    pub(super) fn transition(&mut self, id: TaskId, next: TaskState) {
        let Some(mut task) = self.tasks.remove(&id) else {
            return;
        };
        let before = task.status();
        self.leave(&task);
        if let Some(attempt) = task.live_attempt() {
            self.release(attempt.worker, id);
        }
        task.state = next;
        if let Some(attempt) = task.live_attempt() {
            self.hold(attempt.worker, id);
        }
        self.enter(&task);
        self.unsaved.tasks.insert(id);
        self.tasks.insert(id, task);
        self.tell_dependants(id, Some(before));
    }

    /// Dismisses a worker.
    pub(super) fn dismiss_worker(&mut self, id: WorkerId, at: Timestamp) {
        if let Some(worker) = self.workers.get(&id) {
            self.matching.leave_worker(worker);
        }
        self.change_worker(id, |worker| worker.standing = Standing::Revoked(at));
        self.unsaved.workers.insert(id);
    }

    /// Has a worker get no more tasks, or tasks again.
    pub(super) fn set_standing(&mut self, id: WorkerId, standing: Standing) {
        self.change_worker(id, |worker| worker.standing = standing);
        self.unsaved.workers.insert(id);
    }

    /// Changes something of a worker that is not stored: the only place where that happens.
    pub(super) fn change_worker(&mut self, id: WorkerId, change: impl FnOnce(&mut Worker)) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        self.matching.withdraw(worker);
        self.leases.leave(worker);
        change(worker);
        self.matching.present(worker);
        self.leases.enter(worker);
    }

    pub(super) fn remove_task(&mut self, id: TaskId) {
        let Some(task) = self.tasks.remove(&id) else {
            return;
        };
        self.leave(&task);
        self.keys.remove(&task);
        self.tell_dependants(id, Some(task.status()));
        self.places.remove(&task.order);
        self.bytes = self.bytes.saturating_sub(task.bytes);
        self.unsaved.forget_task(id);
        if task.revision > 0 {
            let stored = (task.order, task.revision);
            self.unsaved.removed_tasks.insert(id, stored);
        }
    }

    pub(super) fn remove_worker(&mut self, id: WorkerId) {
        let Some(worker) = self.workers.remove(&id) else {
            return;
        };
        self.matching.leave_worker(&worker);
        self.leases.leave(&worker);
        self.unsaved.workers.remove(&id);
        if worker.revision > 0 {
            self.unsaved.removed_workers.insert(id, worker.revision);
        }
    }

    /// Takes up records as they are stored.
    fn put_back(&mut self, stored: Snapshot) {
        for setting in stored.settings {
            self.settings.put(setting);
        }
        for worker in stored.workers {
            self.insert_worker(worker);
        }
        for task in stored.tasks {
            let (id, attempt) = (task.id, task.live_attempt().copied());
            self.insert_task(task);
            if let Some(attempt) = attempt {
                self.hold(attempt.worker, id);
            }
        }
        self.unsaved = Unsaved::default();
    }

    /// Returns what is not stored of a worker.
    fn unstored(&self, record: &RecordId) -> Option<(WorkerId, BTreeSet<TaskId>, Option<Link>)> {
        let RecordId::Worker(id) = *record else {
            return None;
        };
        let worker = self.workers.get(&id)?;
        let link = worker.member.as_ref().map(|member| member.link);
        Some((id, worker.running.clone(), link))
    }

    fn put_back_unstored(&mut self, id: WorkerId, running: &BTreeSet<TaskId>, link: Option<Link>) {
        for &task in running {
            let attempt = self.task(task).and_then(Task::live_attempt);
            if attempt.is_some_and(|attempt| attempt.worker == id) {
                self.hold(id, task);
            }
        }
        self.change_worker(id, |worker| {
            if let Some((member, link)) = worker.member.as_mut().zip(link) {
                member.link = link;
            }
        });
    }

    fn hold(&mut self, worker: WorkerId, task: TaskId) {
        self.change_load(worker, |running| {
            running.insert(task);
        });
    }

    fn release(&mut self, worker: WorkerId, task: TaskId) {
        self.change_load(worker, |running| {
            running.remove(&task);
        });
    }

    /// Changes which tasks a worker has, and nothing else of it.
    fn change_load(&mut self, id: WorkerId, change: impl FnOnce(&mut BTreeSet<TaskId>)) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        if worker.is_free() {
            self.matching.withdraw(worker);
        }
        change(&mut worker.running);
        self.matching.present(worker);
    }

    /// Removes a task as if it had never been there.
    fn undo_task(&mut self, id: TaskId) {
        let attempt = self.task(id).and_then(Task::live_attempt).copied();
        if let Some(attempt) = attempt {
            self.release(attempt.worker, id);
        }
        self.remove_task(id);
    }

    fn take_settings(&mut self) -> Vec<Change> {
        let removed = mem::take(&mut self.unsaved.removed_settings).into_iter();
        let removed = removed.map(|(id, revision)| Change::RemoveSetting { id, revision });
        let written = mem::take(&mut self.unsaved.settings).into_iter();
        let written = written.filter_map(|id| self.settings.next_revision(&id));
        removed.chain(written.map(Change::PutSetting)).collect()
    }

    fn take_task(&mut self, id: TaskId) -> Option<Change> {
        let task = self.tasks.get_mut(&id)?;
        let kept = self.unsaved.take_kept(task);
        self.unsaved.reports.remove(&id);
        task.revision = task.revision.saturating_add(1);
        task.events.settle();
        let events = mem::take(&mut task.events);
        let mut written = task.clone();
        written.events = events.after(kept.events);
        task.events = events;
        Some(Change::PutTask {
            task: written,
            kept,
        })
    }
}
