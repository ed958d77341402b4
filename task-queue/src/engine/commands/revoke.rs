//! Dismissing a worker.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, WorkerId};

/// Dismiss a worker, for good; its attempts end at once, and the tasks go to others.
///
/// Dismissing a worker that was dismissed before does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// The worker.
    pub worker: WorkerId,
}

impl Revoke {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        if turn.worker(self.worker)?.is_revoked() {
            return Ok(());
        }
        turn.forsake_all(self.worker, EndReason::WorkerRevoked);
        turn.state.dismiss_worker(self.worker, turn.now);
        Ok(())
    }
}
