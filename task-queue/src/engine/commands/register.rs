//! Accepting a worker.

use std::sync::Arc;

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{Offer, Origin, PoolName, Worker, WorkerId};

/// Accept a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The name it will have, freshly drawn.
    pub worker: WorkerId,
    /// What it offers.
    pub offer: Arc<Offer>,
    /// How it came to the queue.
    pub origin: Origin,
}

impl Register {
    /// Creates the command that accepts a worker of the queue's own process.
    pub fn in_process(worker: WorkerId, pool: PoolName) -> Self {
        Self {
            worker,
            offer: Arc::new(Offer::in_process(pool)),
            origin: Origin::InProcess,
        }
    }

    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if turn.state.worker(self.worker).is_some() {
            return Err(Rejected::DuplicateWorker(self.worker));
        }
        let limits = turn.limits();
        if turn.state.worker_count() >= limits.workers {
            let max = limits.workers;
            return Err(Rejected::PoolFull { max });
        }
        let (matching, max) = (turn.state.matching(), limits.offers);
        if matching.is_one_crew_too_many(self.origin, &self.offer, max) {
            return Err(Rejected::TooManyOffers { max });
        }
        let order = turn.state.take_order();
        turn.state.insert_worker(Worker {
            origin: self.origin,
            ..Worker::new(self.worker, self.offer, order)
        });
        Ok(())
    }
}
