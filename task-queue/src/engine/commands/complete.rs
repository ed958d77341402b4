//! Recording a task's result.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::command::Actor;
use crate::engine::effect::Notice;
use crate::engine::rejected::{Payload, Rejected};
use crate::engine::turn::Turn;
use crate::model::{EndReason, Progress, TaskId, TaskState};

/// Record a task's result.
#[derive(Debug, Clone, PartialEq)]
pub struct Complete {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// What came out.
    pub result: Value,
}

impl Complete {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.task_of(self.task, self.actor)?;
        let size = turn.check_size(Payload::Result, &self.result)?;
        turn.end_attempt(self.task, self.end_reason());
        if let Some(task) = turn.state.task_mut(self.task) {
            task.progress = Progress::DONE;
        }
        // There is always room for a result: it is what the task is there for.
        turn.state.account(self.task, size, 0);
        let result = Arc::new(self.result);
        let completed = TaskState::Completed {
            result: Arc::clone(&result),
            at: turn.now,
        };
        turn.state.transition(self.task, completed);
        turn.notify(self.task, Notice::Completed(result));
        Ok(())
    }

    const fn end_reason(&self) -> EndReason {
        match self.actor {
            Actor::Attempt(_) => EndReason::Completed,
            Actor::Supervisor => EndReason::Superseded,
        }
    }
}
