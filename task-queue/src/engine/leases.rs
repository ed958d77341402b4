//! The workers that the clock will make lost.

use std::collections::BTreeSet;

use crate::model::{Timestamp, Worker, WorkerId};

/// At most one point in time for each worker that has joined, earliest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Leases(BTreeSet<(Timestamp, WorkerId)>);

impl Leases {
    /// Takes up a worker as it is.
    pub(super) fn enter(&mut self, worker: &Worker) {
        self.0.extend(place(worker));
    }

    /// Forgets a worker, as it was.
    pub(super) fn leave(&mut self, worker: &Worker) {
        if let Some(place) = place(worker) {
            self.0.remove(&place);
        }
    }

    /// Returns the earliest point.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.0.first().map(|&(at, _)| at)
    }

    /// Returns the workers that are due, longest due first; the first `max` of them.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<WorkerId> {
        self.0
            .iter()
            .take(max)
            .take_while(|&&(at, _)| at <= now)
            .map(|&(_, worker)| worker)
            .collect()
    }
}

fn place(worker: &Worker) -> Option<(Timestamp, WorkerId)> {
    worker.due_at().map(|at| (at, worker.id))
}
