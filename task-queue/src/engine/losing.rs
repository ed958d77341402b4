//! Workers that go, and attempts that are to stop: more moves of a turn.

use std::sync::Arc;

use crate::engine::effect::Effect;
use crate::engine::turn::Turn;
use crate::model::{
    Attempt, EndReason, Failure, FailureClass, Origin, TaskId, TaskState, WorkerId,
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
