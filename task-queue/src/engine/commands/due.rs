//! What happens when the clock has made a task due.

use crate::engine::turn::Turn;
use crate::model::{
    Attempt, Blame, EndReason, Failure, FailureClass, Link, Phase, TaskId, TaskState, WorkerId,
};

impl Turn<'_> {
    /// Looks at the tasks whose time has come; of very many, at the first. The next wake is then
    /// at once.
    pub(in crate::engine) fn fire_timers(&mut self) {
        for task in self.state.due(self.now, AT_ONCE) {
            self.fire_timer(task);
        }
        for worker in self.state.due_workers(self.now, AT_ONCE) {
            self.lose_silent(worker);
        }
    }

    /// Gives up a worker that has joined, and was not heard of in time.
    fn lose_silent(&mut self, id: WorkerId) {
        let member = self
            .state
            .worker(id)
            .and_then(|worker| worker.member.as_ref());
        match member.map(|member| member.link) {
            Some(Link::Connected { .. }) => self.lose_worker(id, EndReason::LeaseExpired),
            Some(Link::Away { blame, .. }) => self.lose_worker(id, reason(blame)),
            None => {}
        }
    }

    /// Ends an attempt that takes too long: a worker that has joined is first asked to stop it, and
    /// then has a while for that.
    fn time_out(&mut self, id: TaskId, attempt: Attempt) {
        let worker = self.state.worker(attempt.worker);
        let member = worker.and_then(|worker| worker.member.as_ref());
        let can_be_asked = member.is_some_and(|member| member.link.is_connected());
        if attempt.phase == Phase::Stopping || !can_be_asked {
            return self.fail_attempt(id, EndReason::TimedOut, timed_out());
        }
        let deadline = Some(self.now.saturating_add(self.times().stopping));
        let stopping = Attempt {
            phase: Phase::Stopping,
            deadline,
            ..attempt
        };
        self.state.transition(id, TaskState::Running(stopping));
        self.ask_to_stop(id, attempt, EndReason::TimedOut);
    }

    fn fire_timer(&mut self, id: TaskId) {
        match self.state.task(id).map(|task| &task.state) {
            Some(TaskState::Scheduled(_) | TaskState::Retrying(_)) => {
                self.enter(id, TaskState::Pending);
            }
            Some(TaskState::Running(attempt)) => self.time_out(id, *attempt),
            // Its retention is over.
            Some(_) => self.state.remove_task(id),
            None => {}
        }
    }
}

const fn reason(blame: Blame) -> EndReason {
    match blame {
        Blame::Worker => EndReason::WorkerLost,
        Blame::Server => EndReason::ServerLost,
    }
}

/// How many tasks are looked at in one turn, so that a turn is short.
const AT_ONCE: usize = 1_000;

pub(in crate::engine) fn timed_out() -> Failure {
    Failure::of(
        FailureClass::TimedOut,
        "the attempt took longer than the task allows",
    )
}
