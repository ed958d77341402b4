//! Workers that go, and attempts that are to stop: more moves of a turn.

use std::sync::Arc;

use crate::engine::effect::Effect;
use crate::engine::turn::Turn;
use crate::model::{
    Attempt, EndReason, EndedAttempt, Failure, FailureClass, Origin, TaskId, TaskState, WorkerId,
};

impl Turn<'_> {
    /// Ends the live attempt because its worker has gone; the task is as good as before. Only a
    /// worker that was lost counts: it may have been the task that killed it.
    pub(super) fn forsake_attempt(&mut self, id: TaskId, why: EndReason) {
        self.end_attempt(id, why);
        let now = self.now;
        let Some(task) = self.state.task_mut(id) else {
            return;
        };
        let spec = Arc::clone(&task.spec);
        let is_loss = matches!(why, EndReason::WorkerLost | EndReason::LeaseExpired);
        if is_loss && spec.retry.count_loss(&mut task.losses, now) {
            let losses = task.losses.len();
            self.give_up(id, workers_lost(losses));
        } else {
            self.enter(id, TaskState::Pending);
        }
    }

    /// Forgets a worker of the process that was lost, and ends all of its attempts. Whatever ends the
    /// process ends all of them: nothing is counted, but a task under which that has happened very often
    /// fails, since otherwise one that takes up all memory would never let the queue come up again.
    pub(super) fn lose_with_the_server(&mut self, id: WorkerId) {
        let running = self.state.worker(id).map(|worker| worker.running.clone());
        for task in running.into_iter().flatten() {
            self.forsake_attempt(task, EndReason::ServerLost);
            if self.servers_lost(task) >= MAX_SERVERS {
                self.give_up(task, servers_lost());
            }
        }
        self.state.remove_worker(id);
    }

    /// Returns how often the process was lost under a task within the time for which losses count.
    fn servers_lost(&self, id: TaskId) -> usize {
        let Some(task) = self.state.task(id) else {
            return 0;
        };
        let counts = |ended: &&EndedAttempt| {
            let age = self.now.saturating_since(ended.ended_at);
            ended.why == EndReason::ServerLost && task.spec.retry.remembers(age)
        };
        task.history.iter().filter(counts).count()
    }

    /// Ends all attempts of a worker that has gone.
    pub(super) fn forsake_all(&mut self, id: WorkerId, why: EndReason) {
        let running = self.state.worker(id).map(|worker| worker.running.clone());
        for task in running.into_iter().flatten() {
            self.forsake_attempt(task, why);
        }
        let worker = self.state.worker(id);
        if worker.is_some_and(|worker| worker.origin == Origin::Joined) {
            self.effects.push(Effect::EndMembership { worker: id, why });
        }
    }

    /// Forgets a worker that has gone, and ends all of its attempts.
    pub(super) fn lose_worker(&mut self, id: WorkerId, why: EndReason) {
        self.forsake_all(id, why);
        self.state.remove_worker(id);
    }

    /// Has a worker that has joined asked to stop an attempt.
    pub(super) fn ask_to_stop(&mut self, task: TaskId, attempt: Attempt, why: EndReason) {
        let Attempt { worker, epoch, .. } = attempt;
        self.effects.push(Effect::StopAttempt {
            task,
            worker,
            epoch,
            why,
        });
    }

    /// Notes that the worker of an attempt that has ended is about to be asked to stop it, and that
    /// this takes one of its slots until it has.
    pub(super) fn linger(&mut self, task: TaskId, attempt: Attempt) {
        self.state.change_worker(attempt.worker, |worker| {
            let member = worker.member.as_mut();
            if let Some(member) = member.filter(|member| member.link.is_connected()) {
                member.stopping.insert((task, attempt.epoch));
            }
        });
    }
}

fn workers_lost(losses: usize) -> Failure {
    Failure::of(
        FailureClass::WorkersLost,
        format!("{losses} workers were lost while they worked on the task"),
    )
}

fn servers_lost() -> Failure {
    Failure::of(
        FailureClass::WorkersLost,
        format!("the queue's process was lost {MAX_SERVERS} times while it worked on the task"),
    )
}

/// How often the queue's process may be lost under a task. More than workers may: what ends the process
/// is hardly ever one of the tasks that it had, and all of those have lost it.
const MAX_SERVERS: usize = 10;
