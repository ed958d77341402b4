//! Accepting a worker.

use std::sync::Arc;

use crate::engine::commands::pools::settings;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{Offer, Origin, PoolName, Setting, Types, Worker, WorkerId};

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
        turn.check_new_worker(self.worker, self.origin, &self.offer)?;
        turn.remember_types(self.origin, &self.offer)?;
        let order = turn.state.take_order();
        turn.state.insert_worker(Worker {
            origin: self.origin,
            ..Worker::new(self.worker, self.offer, order)
        });
        Ok(())
    }
}

impl Turn<'_> {
    /// Refuses a worker that there is, and one more than there may be.
    pub(super) fn check_new_worker(
        &self,
        id: WorkerId,
        origin: Origin,
        offer: &Arc<Offer>,
    ) -> Result<(), Rejected> {
        if self.state.worker(id).is_some() {
            return Err(Rejected::DuplicateWorker(id));
        }
        let limits = self.limits();
        if self.state.worker_count() >= limits.workers {
            let max = limits.workers;
            return Err(Rejected::PoolFull { max });
        }
        let (matching, max) = (self.state.matching(), limits.offers);
        if matching.is_one_crew_too_many(origin, offer, max) {
            return Err(Rejected::TooManyOffers { max });
        }
        Ok(())
    }

    /// Remembers which types a worker that has joined carries out, so that they are known also when
    /// it has gone. It is the last check of a new worker: it changes something.
    pub(super) fn remember_types(&mut self, origin: Origin, offer: &Offer) -> Result<(), Rejected> {
        let Types::These(types) = &offer.types else {
            return Ok(());
        };
        if origin == Origin::InProcess {
            return Ok(());
        }
        let mut pool = settings(self, offer.pool.clone())?;
        if types.is_subset(&pool.types) {
            return Ok(());
        }
        pool.types.extend(types.iter().cloned());
        let max = self.limits().types;
        if pool.types.len() > max {
            return Err(Rejected::TooManyTypes { max });
        }
        self.state.put_setting(Setting::Pool(pool));
        Ok(())
    }
}
