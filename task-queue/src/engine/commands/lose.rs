//! Recording that a worker has gone.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, WorkerId};

/// Record that a worker has gone: crashed, disconnected, or not heard of for too long.
///
/// Its tasks go back to their places in the queue and have not used up an attempt; only a task under
/// which too many workers are lost fails, since it may well be what kills them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lose {
    /// The worker.
    pub worker: WorkerId,
}

impl Lose {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.worker(self.worker)?;
        turn.lose_worker(self.worker, EndReason::WorkerLost);
        Ok(())
    }
}
