//! Recording that a worker has gone.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, WorkerId, WorkerStatus};

/// Record that a worker has gone: crashed, disconnected, or not heard of for too long.
///
/// Its task goes back to its place in the queue and has not used up an attempt; only a task under
/// which too many workers are lost fails, since it may well be what kills them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lose {
    /// The worker.
    pub worker: WorkerId,
}

impl Lose {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if let WorkerStatus::Busy(task) = turn.worker(self.worker)?.status {
            turn.forsake_attempt(task, EndReason::WorkerLost);
        }
        turn.state.remove_worker(self.worker);
        Ok(())
    }
}
