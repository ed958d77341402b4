//! Giving up a task.

use crate::engine::command::Actor;
use crate::engine::effect::Notice;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, TaskId, TaskState};

/// Give up a task; its attempt, if there is one, ends at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    /// The task.
    pub task: TaskId,
}

impl Cancel {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.task_of(self.task, Actor::Supervisor)?;
        turn.end_attempt(self.task, EndReason::Cancelled);
        let cancelled = TaskState::Cancelled(turn.now);
        turn.state.transition(self.task, cancelled);
        turn.notify(self.task, Notice::Cancelled);
        Ok(())
    }
}
