//! Giving back one task.

use crate::engine::command::Actor;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, Epoch, TaskId};

/// Record that a worker does not go on with an attempt: the task goes back to its place in the queue,
/// and nothing is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiveBack {
    /// The task.
    pub task: TaskId,
    /// The attempt's fence.
    pub epoch: Epoch,
}

impl GiveBack {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.task_of(self.task, Actor::Attempt(self.epoch))?;
        turn.forsake_attempt(self.task, EndReason::WorkerLeft);
        Ok(())
    }
}
