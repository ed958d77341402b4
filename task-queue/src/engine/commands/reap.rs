//! Forgetting what was finished long ago.

use crate::engine::turn::Turn;
use crate::model::{Failure, FailureClass, Standing, Task, Timestamp, Worker};

/// Forget the tasks that came to their end, and the workers that were dismissed, before a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reap {
    /// The time.
    pub finished_before: Timestamp,
}

impl Reap {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        let tasks = turn.state.tasks().into_iter();
        let tasks: Vec<_> = tasks
            .filter(|task| self.covers_task(task) && !turn.state.is_needed(task, turn.now))
            .map(|task| task.id)
            .collect();
        for task in tasks {
            turn.state.remove_task(task);
        }
        let workers = turn.state.workers().into_iter();
        let workers: Vec<_> = workers
            .filter(|worker| self.covers_worker(worker))
            .map(|worker| worker.id)
            .collect();
        for worker in workers {
            turn.state.remove_worker(worker);
        }
    }

    fn covers_task(&self, task: &Task) -> bool {
        let parked = |failure: &Failure| failure.class == FailureClass::Parked;
        task.finished_at()
            .is_some_and(|at| at < self.finished_before)
            && !task.failure().is_some_and(parked)
    }

    const fn covers_worker(&self, worker: &Worker) -> bool {
        match worker.standing {
            Standing::Revoked(at) => at.as_millis() < self.finished_before.as_millis(),
            Standing::Active | Standing::Draining => false,
        }
    }
}
