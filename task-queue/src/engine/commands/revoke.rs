//! Dismissing a worker.

use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, WorkerId, WorkerStatus};

/// Dismiss a worker, for good; its attempt ends at once, and the task goes to another.
///
/// Dismissing a worker that was dismissed before does nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// The worker.
    pub worker: WorkerId,
}

impl Revoke {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        match turn.worker(self.worker)?.status {
            WorkerStatus::Revoked(_) => return Ok(()),
            WorkerStatus::Busy(task) => turn.forsake_attempt(task, EndReason::WorkerRevoked),
            WorkerStatus::Idle => {}
        }
        let revoked = WorkerStatus::Revoked(turn.now);
        turn.state.set_worker_status(self.worker, revoked);
        Ok(())
    }
}
