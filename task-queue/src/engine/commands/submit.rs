//! Accepting a task.

use std::collections::HashSet;

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

/// Accept tasks in this order, all or none.
#[derive(Debug, Clone, PartialEq)]
pub struct SubmitMany {
    /// The tasks.
    pub tasks: Vec<Submit>,
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
        let size = self.check(turn)?;
        check_space(turn, 1, size)?;
        check_needs(turn, [&self.spec])?;
        self.accept(turn);
        Ok(())
    }

    fn accept(self, turn: &mut Turn<'_>) {
        let id = self.task;
        let start = self.spec.not_before.filter(|&at| at > turn.now);
        let order = turn.state.take_order();
        let mut task = Task::new(id, self.spec, order, turn.now);
        task.submitter = self.submitter;
        task.state = start.map_or(TaskState::Pending, TaskState::Scheduled);
        let status = task.status();
        turn.state.insert_task(task);
        turn.notify(id, Notice::Status(status));
    }

    /// Refuses what cannot be a task; else returns how many bytes its values take.
    fn check(&self, turn: &Turn<'_>) -> Result<usize, Rejected> {
        if turn.state.task(self.task).is_some() {
            return Err(Rejected::DuplicateTask(self.task));
        }
        if !turn.state.knows(&self.spec.kind) {
            return Err(Rejected::UnknownType(self.spec.kind.clone()));
        }
        let size = turn.check_size(Payload::Parameters, &self.spec.params)?;
        turn.check_room(0, size)?;
        Ok(size)
    }
}

impl SubmitMany {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let (mut sizes, mut names) = (0_usize, HashSet::new());
        for submit in &self.tasks {
            sizes = sizes.saturating_add(submit.check(turn)?);
            if !names.insert(submit.task) {
                return Err(Rejected::DuplicateTask(submit.task));
            }
        }
        check_space(turn, self.tasks.len(), sizes)?;
        check_needs(turn, self.tasks.iter().map(|submit| &submit.spec))?;
        for submit in self.tasks {
            submit.accept(turn);
        }
        Ok(())
    }
}

/// Refuses tasks that need more different things of their workers than the queue tells apart.
pub(super) fn check_needs<'a>(
    turn: &Turn<'_>,
    specs: impl IntoIterator<Item = &'a TaskSpec>,
) -> Result<(), Rejected> {
    let needs = specs.into_iter().map(TaskSpec::need).collect();
    let max = turn.limits().needs;
    if turn.state.matching().count_needs_with(&needs) > max {
        return Err(Rejected::TooManyNeeds { max });
    }
    Ok(())
}

/// Refuses more tasks, of so many bytes together, than the queue holds.
fn check_space(turn: &Turn<'_>, count: usize, size: usize) -> Result<(), Rejected> {
    let limits = turn.limits();
    if turn.state.task_count().saturating_add(count) > limits.tasks {
        let max = limits.tasks;
        return Err(Rejected::QueueFull { max });
    }
    if turn.state.bytes().saturating_add(size) > limits.total_bytes {
        let max = limits.total_bytes;
        return Err(Rejected::OutOfSpace { max });
    }
    Ok(())
}
