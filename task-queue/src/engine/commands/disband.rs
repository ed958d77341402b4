//! Recording that all workers have gone at once, with the process they were in.

use crate::engine::turn::Turn;
use crate::model::{EndReason, WorkerStatus};

/// Record that all workers have gone, with the process they were in; their tasks go back to their
/// places in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disband {
    /// In good order: the process is being stopped. Neither attempts nor losses are counted.
    InOrder,
    /// The process was lost. A loss is counted for each of their tasks: one of them may have been
    /// the reason.
    Lost,
}

impl Disband {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        let workers = turn.state.workers().into_iter();
        let workers: Vec<_> = workers.map(|worker| (worker.id, worker.status)).collect();
        for (id, status) in workers {
            if let WorkerStatus::Busy(task) = status {
                turn.forsake_attempt(task, self.end_reason());
            }
            turn.state.remove_worker(id);
        }
    }

    const fn end_reason(self) -> EndReason {
        match self {
            Self::InOrder => EndReason::WorkerLeft,
            Self::Lost => EndReason::WorkerLost,
        }
    }
}
