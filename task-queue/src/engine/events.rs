//! What of a turn becomes an event of its task.

use std::sync::Arc;

use crate::engine::effect::Notice;
use crate::engine::turn::Turn;
use crate::model::{EndedAttempt, Happening, Task, TaskId, TaskStatus};

impl Turn<'_> {
    /// Adds what is worth telling to the task's events.
    pub(super) fn record(&mut self, id: TaskId, notice: &Notice) {
        let now = self.now;
        self.state
            .add_event(id, now, |task| happening(task, notice));
    }

    /// Adds that the task has a new checkpoint.
    pub(super) fn record_checkpoint(&mut self, id: TaskId) {
        let now = self.now;
        self.state
            .add_event(id, now, |_| Some(Happening::Checkpoint));
    }

    /// Adds that an attempt at the task is over: the last one in its history.
    pub(super) fn record_end(&mut self, id: TaskId, ended: EndedAttempt) {
        let (attempt, why) = (ended.attempt, ended.why);
        let what = Happening::Ended(attempt.epoch, attempt.worker, why);
        self.state.add_event(id, ended.ended_at, |_| Some(what));
    }
}

/// Returns what a notice tells of a task that is already as the notice says.
fn happening(task: &Task, notice: &Notice) -> Option<Happening> {
    Some(match notice {
        Notice::Status(TaskStatus::Running) => {
            let attempt = task.live_attempt()?;
            Happening::Started(attempt.epoch, attempt.worker, task.progress)
        }
        // That it was accepted is an event of its own, which says as much.
        Notice::Status(TaskStatus::Pending) if task.events.last() == 1 => return None,
        Notice::Status(status) => waiting(task, *status),
        Notice::Progress { progress, .. } => Happening::Progress(*progress),
        Notice::Log(line) => Happening::Log(Arc::from(line.as_str())),
        Notice::Partial(_) => Happening::Partial(task.partial_results.len().checked_sub(1)?),
        Notice::Completed(_) => Happening::Completed,
        Notice::Failed(failure) => Happening::Failed(Arc::from(failure.message.as_str())),
        Notice::Cancelled => Happening::Cancelled,
    })
}

fn waiting(task: &Task, status: TaskStatus) -> Happening {
    let failure = task.last_failure.as_ref();
    let failure = failure.filter(|_| status == TaskStatus::Retrying);
    Happening::Status {
        status,
        until: task.state.due_at(),
        error: failure.map(|failure| Arc::from(failure.message.as_str())),
    }
}
