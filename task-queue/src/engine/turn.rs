//! One command's turn: the moves that commands are made of.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::command::Actor;
use crate::engine::commands::timed_out;
use crate::engine::config::{Limits, Times};
use crate::engine::effect::{Assignment, Effect, Notice};
use crate::engine::rejected::{Payload, Rejected};
use crate::engine::state::State;
use crate::model::{
    Attempt, EndReason, EndedAttempt, Failure, FailureClass, MAX_DEPTH, Params, Phase, Progress,
    Task, TaskId, TaskState, Timestamp, Verdict, Worker, WorkerId, depth_of, size_of,
};

/// The state, the time, and the effects so far.
///
/// Commands first ask (`&self`, may refuse), then move (`&mut self`, cannot fail): so a refused
/// command has changed nothing.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) effects: Vec<Effect>,
}

impl<'a> Turn<'a> {
    pub(super) const fn new(state: &'a mut State, now: Timestamp) -> Self {
        Self {
            state,
            now,
            effects: Vec::new(),
        }
    }

    /// Ends the turn; if another time to wake up has come out of it, that is the last effect.
    pub(super) fn finish(mut self, wake_before: Option<Timestamp>) -> Vec<Effect> {
        let wake = self.state.next_wake();
        if let Some(at) = wake.filter(|_| wake != wake_before) {
            self.effects.push(Effect::WakeAt(at));
        }
        self.effects
    }

    pub(super) fn task(&self, id: TaskId) -> Result<&Task, Rejected> {
        self.state.task(id).ok_or(Rejected::NoSuchTask(id))
    }

    pub(super) fn worker(&self, id: WorkerId) -> Result<&Worker, Rejected> {
        self.state.worker(id).ok_or(Rejected::NoSuchWorker(id))
    }

    /// Returns the task, if the actor may change its record.
    pub(super) fn task_of(&self, id: TaskId, actor: Actor) -> Result<&Task, Rejected> {
        let task = self.task(id)?;
        match actor {
            Actor::Attempt(epoch) => match task.live_attempt() {
                Some(attempt) if attempt.epoch == epoch => Ok(task),
                _ => Err(Rejected::AttemptEnded),
            },
            Actor::Supervisor if task.status().is_final() => {
                Err(Rejected::TaskFinished(task.status()))
            }
            Actor::Supervisor => Ok(task),
        }
    }

    /// Refuses more of a task's values than there is space for; `so_far` is what it has.
    pub(super) const fn check_room(&self, so_far: usize, size: usize) -> Result<(), Rejected> {
        let limits = self.limits();
        if so_far.saturating_add(size) > limits.task_bytes {
            let max = limits.task_bytes;
            return Err(Rejected::TaskFull { max });
        }
        if self.state.bytes().saturating_add(size) > limits.total_bytes {
            let max = limits.total_bytes;
            return Err(Rejected::OutOfSpace { max });
        }
        Ok(())
    }

    /// Refuses a value that is too large, or nests too deep, to be kept; else returns its size.
    pub(super) fn check_size(&self, what: Payload, value: &Value) -> Result<usize, Rejected> {
        let (size, max) = (size_of(value), self.limits().value_bytes);
        if size > max {
            return Err(Rejected::TooLarge { what, size, max });
        }
        if depth_of(value) > MAX_DEPTH {
            return Err(Rejected::TooDeep { what });
        }
        Ok(size)
    }

    /// Refuses parameters that are too large, or nest too deep, to be kept; else returns their size.
    pub(super) fn check_params(&self, params: &Params) -> Result<usize, Rejected> {
        let (what, size) = (Payload::Parameters, params.size());
        let max = self.limits().value_bytes;
        if size > max {
            return Err(Rejected::TooLarge { what, size, max });
        }
        if params.depth() > MAX_DEPTH {
            return Err(Rejected::TooDeep { what });
        }
        Ok(size)
    }

    pub(super) const fn times(&self) -> &Times {
        &self.state.config().times
    }

    pub(super) const fn limits(&self) -> &Limits {
        &self.state.config().limits
    }

    pub(super) fn notify(&mut self, task: TaskId, notice: Notice) {
        self.record(task, &notice);
        self.effects.push(Effect::Notify { task, notice });
    }

    /// Brings a task into a state that is no end, and tells.
    pub(super) fn enter(&mut self, task: TaskId, next: TaskState) {
        let notice = Notice::Status(next.status());
        self.state.transition(task, next);
        self.notify(task, notice);
    }

    /// Brings together pending tasks and the idle workers that get them by themselves.
    pub(super) fn dispatch(&mut self) {
        while let Some((task, worker)) = self.state.next_match(self.now) {
            if self.state.put_to_rest(task) {
                continue;
            }
            self.begin(task, worker);
        }
        self.state.look_for_openings(self.now);
    }

    /// Begins an attempt at a pending task on an idle worker.
    pub(super) fn begin(&mut self, id: TaskId, worker: WorkerId) {
        let (now, limit) = (self.now, self.state.config().times.attempt);
        let Some(holder) = self.state.worker(worker) else {
            return;
        };
        let (offer, origin) = (Arc::clone(&holder.offer), holder.origin);
        self.state.begin_in(&offer.pool, now);
        let Some(task) = self.state.task_mut(id) else {
            return;
        };
        task.epoch = task.epoch.next();
        if task.checkpoint.is_none() {
            task.progress = Progress::NONE;
        }
        let assignment = Assignment {
            task: id,
            worker,
            offer,
            origin,
            epoch: task.epoch,
            spec: Arc::clone(&task.spec),
            failures: task.failures,
            checkpoint: task.checkpoint.clone(),
            partial_results: task.partial_results.clone(),
        };
        let attempt = Attempt {
            epoch: task.epoch,
            worker,
            started_at: now,
            deadline: Some(now.saturating_add(task.spec.timeout.unwrap_or(limit))),
            phase: Phase::Working,
        };
        self.enter(id, TaskState::Running(attempt));
        self.effects
            .push(Effect::StartAttempt(Box::new(assignment)));
    }

    /// Records that the live attempt is over and takes back what it held, before the task is
    /// brought into its next state. Without a live attempt, nothing happens.
    pub(super) fn end_attempt(&mut self, id: TaskId, why: EndReason) {
        let (now, limit) = (self.now, self.limits().history);
        let Some(task) = self.state.task_mut(id) else {
            return;
        };
        let Some(attempt) = task.live_attempt().copied() else {
            return;
        };
        let ended = EndedAttempt {
            attempt,
            ended_at: now,
            why,
        };
        task.history.push_back(ended);
        while task.history.len() > limit {
            task.history.pop_front();
        }
        self.record_end(id, ended);
        self.count(attempt.worker, why);
        if why == EndReason::Cancelled {
            self.linger(id, attempt);
        }
        self.effects.push(Effect::EndAttempt {
            task: id,
            worker: attempt.worker,
            epoch: attempt.epoch,
            why,
        });
    }

    /// Ends the live attempt as failed, and has the task tried again if its policy says so.
    ///
    /// Whatever is said of one that was asked to stop, it has taken too long.
    pub(super) fn fail_attempt(&mut self, id: TaskId, why: EndReason, failure: Failure) {
        let attempt = self.state.task(id).and_then(Task::live_attempt);
        let stopping = attempt.is_some_and(|attempt| attempt.phase == Phase::Stopping);
        let (why, failure) = if stopping {
            (EndReason::TimedOut, timed_out())
        } else {
            (why, failure)
        };
        self.end_attempt(id, why);
        let now = self.now;
        let Some(task) = self.state.task_mut(id) else {
            return;
        };
        task.failures = task.failures.saturating_add(1);
        task.last_failure = Some(Box::new(failure.clone()));
        match task.spec.retry.verdict(&failure, task.failures, id) {
            Verdict::RetryIn(wait) => {
                self.enter(id, TaskState::Retrying(now.saturating_add(wait)));
            }
            Verdict::Park => {
                let class = FailureClass::Parked;
                self.give_up(id, Failure { class, ..failure });
            }
            Verdict::GiveUp => self.give_up(id, failure),
        }
    }

    /// Brings the tasks to their end that come after one that has failed, unless they are to run
    /// nevertheless; of very many, the first. The next wake is then at once.
    pub(super) fn fail_dependants(&mut self) {
        let mut left = AT_ONCE;
        loop {
            let doomed = self.state.doomed(left);
            left = left.saturating_sub(doomed.len());
            if doomed.is_empty() {
                return;
            }
            for task in doomed {
                self.end_attempt(task, EndReason::Superseded);
                self.give_up(task, predecessor_failed());
            }
        }
    }

    /// Brings a task to its end as failed.
    pub(super) fn give_up(&mut self, id: TaskId, failure: Failure) {
        let at = self.now;
        let notice = Notice::Failed(failure.clone());
        let failure = Box::new(failure);
        self.state.transition(id, TaskState::Failed { failure, at });
        self.notify(id, notice);
    }

    fn count(&mut self, worker: WorkerId, why: EndReason) {
        let Some(worker) = self.state.worker_mut(worker) else {
            return;
        };
        match why {
            EndReason::Completed => {
                worker.tasks_completed = worker.tasks_completed.saturating_add(1);
            }
            EndReason::Failed | EndReason::TimedOut => {
                worker.tasks_failed = worker.tasks_failed.saturating_add(1);
            }
            EndReason::Cancelled
            | EndReason::WorkerLost
            | EndReason::LeaseExpired
            | EndReason::ServerLost
            | EndReason::WorkerLeft
            | EndReason::WorkerRevoked
            | EndReason::Superseded => {}
        }
    }
}

fn predecessor_failed() -> Failure {
    Failure::of(
        FailureClass::Predecessor,
        "a task that this one comes after has failed or was cancelled",
    )
}

/// How many tasks fail with one before them in one turn, so that a turn is short.
const AT_ONCE: usize = 1_000;
