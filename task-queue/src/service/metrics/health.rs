//! Whether a queue can do its work.

use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;

use crate::engine::{Command, Touch};
use crate::service::hub::Hub;
use crate::service::refusal::Refusal;

/// Why a queue cannot do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unhealthy {
    /// It does not answer.
    #[error("the queue has not answered for 5 seconds")]
    Silent,
    /// It has no room for anything more.
    #[error("the queue's disk is full")]
    Full,
    /// It can store nothing, for another reason, which is in the log.
    #[error("the queue cannot store anything")]
    NotStored,
    /// It is being stopped, or has stopped.
    #[error("the queue is shutting down")]
    Stopped,
}

impl Hub {
    /// Tells whether the queue can do its work.
    pub(in crate::service) async fn health(&self) -> Result<(), Unhealthy> {
        let checked = timeout(PATIENCE, self.check()).await;
        checked.map_err(|_| Unhealthy::Silent)?
    }

    /// Sees whether it answers and, if nothing was stored lately, whether something can be.
    async fn check(&self) -> Result<(), Unhealthy> {
        let good_since = self.metrics.recorded().commits.good_since;
        let has_stored = good_since.is_some_and(|at| at.elapsed() < LATELY);
        let answer = if has_stored {
            self.owner.read(|_| ()).await
        } else {
            self.owner.apply(Command::Touch(Touch)).await
        };
        answer.map_err(|refusal| match refusal {
            Refusal::StorageFull => Unhealthy::Full,
            Refusal::Stopped => Unhealthy::Stopped,
            _ => Unhealthy::NotStored,
        })
    }
}

/// How long the queue may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// For how long a commit shows that the store can be written to.
const LATELY: Duration = Duration::from_secs(10);
