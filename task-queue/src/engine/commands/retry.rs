//! Having a task tried once more that had been given up.

use crate::engine::accounts::Usage;
use crate::engine::commands::submit::check_needs;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{TaskId, TaskState, TaskStatus};

/// Have a task tried once more that has failed for good or was cancelled.
///
/// Its failures and losses count from zero again. What it has delivered so far, and its checkpoint,
/// are still there; whatever its earlier attempts say is still refused. A recorded result stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The task.
    pub task: TaskId,
}

impl Retry {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        match turn.task(self.task)?.status() {
            TaskStatus::Failed | TaskStatus::Cancelled => {}
            TaskStatus::Completed => return Err(Rejected::TaskFinished(TaskStatus::Completed)),
            status => return Err(Rejected::TaskNotFinished(status)),
        }
        let submitter = &turn.task(self.task)?.submitter;
        turn.state.check_quotas(submitter, Usage::RETRIED)?;
        check_needs(turn, [&*turn.task(self.task)?.spec])?;
        if let Some(task) = turn.state.task_mut(self.task) {
            task.failures = 0;
            task.losses.clear();
        }
        turn.enter(self.task, TaskState::Pending);
        Ok(())
    }
}
