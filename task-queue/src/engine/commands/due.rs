//! What happens when the clock has made a task due.

use crate::engine::turn::Turn;
use crate::model::{EndReason, Failure, FailureClass, TaskId, TaskState};

impl Turn<'_> {
    /// Looks at the tasks whose time has come; of very many, at the first. The next wake is then
    /// at once.
    pub(in crate::engine) fn fire_timers(&mut self) {
        for task in self.state.due(self.now, AT_ONCE) {
            self.fire_timer(task);
        }
    }

    fn fire_timer(&mut self, id: TaskId) {
        match self.state.task(id).map(|task| &task.state) {
            Some(TaskState::Scheduled(_) | TaskState::Retrying(_)) => {
                self.enter(id, TaskState::Pending);
            }
            Some(TaskState::Running(_)) => {
                self.fail_attempt(id, EndReason::TimedOut, timed_out());
            }
            // Its retention is over.
            Some(_) => self.state.remove_task(id),
            None => {}
        }
    }
}

/// How many tasks are looked at in one turn, so that a turn is short.
const AT_ONCE: usize = 1_000;

fn timed_out() -> Failure {
    Failure::of(
        FailureClass::TimedOut,
        "the attempt took longer than the task allows",
    )
}
