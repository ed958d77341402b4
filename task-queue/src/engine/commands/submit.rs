//! Accepting a task.

use crate::engine::effect::Notice;
use crate::engine::rejected::{Payload, Rejected};
use crate::engine::turn::Turn;
use crate::model::{Submitter, Task, TaskId, TaskSpec, TaskState};

/// Accept a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Submit {
    /// The name it will have, freshly drawn.
    pub task: TaskId,
    /// What is to be done.
    pub spec: TaskSpec,
    /// Whose it is.
    pub submitter: Submitter,
}

impl Submit {
    /// Creates the command by which a supervisor submits a task.
    pub const fn new(task: TaskId, spec: TaskSpec) -> Self {
        Self {
            task,
            spec,
            submitter: Submitter::Supervisor,
        }
    }

    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        self.check(turn)?;
        let id = self.task;
        let start = self.spec.not_before.filter(|&at| at > turn.now);
        let order = turn.state.take_order();
        let mut task = Task::new(id, self.spec, order, turn.now);
        task.submitter = self.submitter;
        task.state = start.map_or(TaskState::Pending, TaskState::Scheduled);
        let status = task.status();
        turn.state.insert_task(task);
        turn.notify(id, Notice::Status(status));
        Ok(())
    }

    fn check(&self, turn: &Turn<'_>) -> Result<(), Rejected> {
        let max = turn.limits().tasks;
        if turn.state.task(self.task).is_some() {
            return Err(Rejected::DuplicateTask(self.task));
        }
        if turn.state.task_count() >= max {
            return Err(Rejected::QueueFull { max });
        }
        let size = turn.check_size(Payload::Parameters, &self.spec.params)?;
        turn.check_room(0, size)
    }
}
