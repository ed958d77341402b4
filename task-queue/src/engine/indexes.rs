//! Keeping the indexes in step with the tasks' records.

use crate::engine::keys::counts_until;
use crate::engine::state::State;
use crate::model::{Task, TaskId, TaskStatus, Timestamp};

impl State {
    /// Takes up a task in the state it is in.
    pub(super) fn enter(&mut self, task: &Task) {
        self.tally.enter(task);
        if !task.status().is_final() {
            self.begin_to_depend(task);
        }
        self.accounts.enter(task);
        self.matching.enter_task(task, self.stands_aside(task.id));
        if task.status() == TaskStatus::Running {
            // There may be room for more of its account.
            self.wake(task.submitter.accounts());
        }
        let worker = task.live_attempt().map(|attempt| attempt.worker);
        if let Some(worker) = worker.and_then(|worker| self.workers.get(&worker)) {
            self.traffic.enter(task.id, worker.offer.pool.clone());
        }
        if let Some(at) = self.due_at(task) {
            self.timers.insert(at, task.id);
        }
    }

    /// Forgets a task, in the state it was in.
    pub(super) fn leave(&mut self, task: &Task) {
        self.tally.leave(task);
        if let Some(at) = self.due_at(task) {
            self.timers.remove(at, task.id);
        }
        self.matching.leave_task(task, self.stands_aside(task.id));
        self.end_rest(task);
        self.accounts.leave(task);
        if task.status() == TaskStatus::Running {
            self.wake(task.submitter.accounts());
        }
        self.traffic.leave(task.id);
        if !task.status().is_final() {
            self.cease_to_depend(task);
        }
    }

    /// Notes for those that come after a task that it stands differently; before, it stood like
    /// that, if it was there.
    pub(super) fn tell_dependants(&mut self, id: TaskId, before: Option<TaskStatus>) {
        let after = self.task(id).map(Task::status);
        let (before, after) = (Standing::of(before), Standing::of(after));
        if before == after {
            return;
        }
        for dependant in self.dependencies.dependants(id) {
            self.look_again(dependant, before, after);
        }
    }

    /// Returns whether a task is needed though it has come to its end: for those that come after
    /// it, or for its idempotency key.
    pub(super) fn is_needed(&self, task: &Task, now: Timestamp) -> bool {
        self.dependencies.count_dependants(task.id) > 0 || self.key_counts(task, now)
    }

    fn look_again(&mut self, id: TaskId, before: Standing, after: Standing) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let was_held_back = self.stands_aside(id);
        if (before, after) == (Standing::Open, Standing::Done) {
            self.dependencies.one_less(id);
        } else {
            let status = |id: TaskId| self.tasks.get(&id).map(|task| task.status());
            self.dependencies.look(task, status);
        }
        let is_held_back = self.stands_aside(id);
        if was_held_back != is_held_back {
            self.matching.leave_task(task, was_held_back);
            self.matching.enter_task(task, is_held_back);
        }
    }

    fn begin_to_depend(&mut self, task: &Task) {
        for predecessor in &task.spec.after.tasks {
            self.set_timer(*predecessor, Self::unset);
        }
        let status = |id: TaskId| self.tasks.get(&id).map(|task| task.status());
        self.dependencies.enter(task, status);
    }

    fn cease_to_depend(&mut self, task: &Task) {
        self.dependencies.leave(task);
        for predecessor in &task.spec.after.tasks {
            self.set_timer(*predecessor, Self::set);
        }
    }

    /// Changes the timer of a task that has come to its end and that no other comes after.
    fn set_timer(&mut self, id: TaskId, change: fn(&mut Self, Timestamp, TaskId)) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        if !task.status().is_final() {
            return;
        }
        if let Some(at) = self.due_at(task) {
            change(self, at, id);
        }
    }

    fn set(&mut self, at: Timestamp, id: TaskId) {
        self.timers.insert(at, id);
    }

    fn unset(&mut self, at: Timestamp, id: TaskId) {
        self.timers.remove(at, id);
    }

    /// Returns when the clock has something to do with a task. One that others come after, whose
    /// results they may read, is not forgotten.
    fn due_at(&self, task: &Task) -> Option<Timestamp> {
        let forgotten = || {
            let end = self.config.retention.end_of(&task.state)?;
            let key = counts_until(task, self.config.retention.idempotency_keys);
            let is_free = self.dependencies.count_dependants(task.id) == 0;
            is_free.then(|| end.max(key.unwrap_or(end)))
        };
        task.state.due_at().or_else(forgotten)
    }
}

/// How a task stands for those that come after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// They wait for it.
    Open,
    /// It has ended well, or so long ago that it was forgotten.
    Done,
    /// It has not ended well.
    Failed,
}

impl Standing {
    const fn of(status: Option<TaskStatus>) -> Self {
        match status {
            None | Some(TaskStatus::Completed) => Self::Done,
            Some(TaskStatus::Failed | TaskStatus::Cancelled) => Self::Failed,
            Some(
                TaskStatus::Pending
                | TaskStatus::Scheduled
                | TaskStatus::Running
                | TaskStatus::Retrying,
            ) => Self::Open,
        }
    }
}
