//! Beginning an attempt on a worker of someone's choice.

use crate::engine::accounts::Usage;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{TaskId, TaskStatus, WorkerId};

/// Have a worker begin an attempt at a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The task.
    pub task: TaskId,
    /// The worker.
    pub worker: WorkerId,
}

impl Start {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        self.check(turn)?;
        turn.begin(self.task, self.worker);
        Ok(())
    }

    fn check(&self, turn: &Turn<'_>) -> Result<(), Rejected> {
        let worker = turn.worker(self.worker)?;
        if worker.is_revoked() {
            return Err(Rejected::WorkerRevoked);
        }
        if !worker.takes_tasks() {
            return Err(Rejected::WorkerLeaving);
        }
        if !worker.is_free() {
            return Err(Rejected::WorkerBusy);
        }
        let task = turn.task(self.task)?;
        if task.status().is_final() {
            return Err(Rejected::TaskFinished(task.status()));
        }
        if task.status() != TaskStatus::Pending {
            return Err(Rejected::TaskNotPending(task.status()));
        }
        if let Some(waiting) = turn.state.is_held_back(task) {
            return Err(Rejected::HeldBack(waiting));
        }
        if let Some(waiting) = turn.state.pool_holds_back(&worker.offer.pool, turn.now) {
            return Err(Rejected::HeldBack(waiting));
        }
        turn.state.check_quotas(&task.submitter, Usage::RUNNING)?;
        let misfit = worker.offer.misfit(&task.spec.need());
        misfit.map_or(Ok(()), |misfit| {
            Err(Rejected::WorkerUnfit {
                pool: worker.offer.pool.clone(),
                task: task.spec.kind.clone(),
                misfit,
            })
        })
    }
}
