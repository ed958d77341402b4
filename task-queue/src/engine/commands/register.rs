//! Accepting a worker.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{Worker, WorkerId, WorkerKind};

/// Accept a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The name it will have, freshly drawn.
    pub worker: WorkerId,
    /// What it has to work with.
    pub kind: WorkerKind,
}

impl Register {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let max = turn.limits().workers;
        if turn.state.worker(self.worker).is_some() {
            return Err(Rejected::DuplicateWorker(self.worker));
        }
        if turn.state.worker_count() >= max {
            return Err(Rejected::PoolFull { max });
        }
        let order = turn.state.take_order();
        turn.state
            .insert_worker(Worker::new(self.worker, self.kind, order));
        Ok(())
    }
}
