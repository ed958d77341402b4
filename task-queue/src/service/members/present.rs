//! The workers that have joined and are there.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use capnweb_runtime::Revoker;
use futures_util::FutureExt as _;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::errands::Errands;
use crate::caps::WorkerAgentStub;
use crate::model::{EndReason, Epoch, IdMap, TaskId, WorkerId};
use crate::service::care::revoke_gently;
use crate::service::hub::reason;

/// The workers that have joined and are there, by name.
#[derive(Debug, Default)]
pub(in crate::service) struct Members(Mutex<IdMap<WorkerId, Arc<Present>>>);

/// A worker that has joined, on one connection; when it comes back on another, that is another.
pub(in crate::service) struct Present {
    pub(super) worker: WorkerId,
    /// The worker's own object.
    pub(super) agent: WorkerAgentStub,
    /// Takes back what it was handed when it joined.
    pub(super) revoker: Revoker,
    /// What is waited for from it.
    pub(super) errands: Errands,
    /// Stops asking whether it is there.
    pub(super) heartbeat: OnceLock<AbortHandle>,
    /// The attempts that it has had on an earlier connection and has not asked for since.
    unclaimed: Mutex<HashSet<(TaskId, Epoch)>>,
    /// Whether it was told that it has ended.
    told: AtomicBool,
}

impl Members {
    /// Takes up a worker, in the place of one of the same name, which is returned.
    pub(super) fn put(&self, present: &Arc<Present>) -> Option<Arc<Present>> {
        self.lock().insert(present.worker, Arc::clone(present))
    }

    /// Returns the worker of that name.
    pub(in crate::service) fn find(&self, worker: WorkerId) -> Option<Arc<Present>> {
        self.lock().get(&worker).cloned()
    }

    /// Forgets the worker of that name.
    pub(super) fn take(&self, worker: WorkerId) -> Option<Arc<Present>> {
        self.lock().remove(&worker)
    }

    /// Forgets exactly this worker; returns whether it was still known.
    pub(super) fn take_this(&self, present: &Arc<Present>) -> bool {
        let mut known = self.lock();
        let is_it = known
            .get(&present.worker)
            .is_some_and(|known| Arc::ptr_eq(known, present));
        if is_it {
            known.remove(&present.worker);
        }
        is_it
    }

    /// Forgets all of them, without a word to the scheduler.
    pub(in crate::service) fn end_all(&self, reason: &str) {
        let all = std::mem::take(&mut *self.lock());
        for present in all.into_values() {
            present.end(reason);
        }
    }

    fn lock(&self) -> MutexGuard<'_, IdMap<WorkerId, Arc<Present>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Present {
    pub(super) fn new(worker: WorkerId, agent: WorkerAgentStub) -> Self {
        Self {
            worker,
            agent,
            revoker: Revoker::new(),
            errands: Errands::new(),
            heartbeat: OnceLock::new(),
            unclaimed: Mutex::default(),
            told: AtomicBool::new(false),
        }
    }

    /// Takes back what the worker was handed when it joined, and asks it nothing any more.
    pub(super) fn end(&self, reason: &str) {
        self.revoker.revoke(reason);
        if let Some(heartbeat) = self.heartbeat.get() {
            heartbeat.abort();
        }
    }

    /// Does the same for one that has left, which is told so.
    pub(super) fn end_answering(&self, reason: &'static str) {
        revoke_gently(self.revoker.clone(), reason);
        if let Some(heartbeat) = self.heartbeat.get() {
            heartbeat.abort();
        }
    }

    /// Tells the worker, once, that it has ended, and waits no longer than `patience` for its answer.
    ///
    /// The message is on its way when this returns. What the worker came through may be taken back
    /// right after it, and then nothing could be said to it any more: it would wait forever.
    pub(super) fn tell_that_it_ended(&self, why: EndReason, patience: Duration) {
        if self.told.swap(true, Ordering::AcqRel) {
            return;
        }
        let revoked = why == EndReason::WorkerRevoked;
        let told = self.agent.ended(reason(why), revoked);
        let mut told = Box::pin(timeout(patience, told));
        // What it answers, and whether it does, is of no consequence; but asked it is from here on.
        if (&mut told).now_or_never().is_none() {
            drop(tokio::spawn(told));
        }
    }

    /// Notes the attempts that the worker must ask for.
    pub(super) fn expect_claims(&self, attempts: impl IntoIterator<Item = (TaskId, Epoch)>) {
        self.unclaimed().extend(attempts);
    }

    /// Notes that the worker has asked for an attempt.
    pub(super) fn claim(&self, task: TaskId, epoch: Epoch) {
        self.unclaimed().remove(&(task, epoch));
    }

    /// Returns the attempts that the worker has not asked for.
    pub(super) fn take_unclaimed(&self) -> HashSet<(TaskId, Epoch)> {
        std::mem::take(&mut *self.unclaimed())
    }

    fn unclaimed(&self) -> MutexGuard<'_, HashSet<(TaskId, Epoch)>> {
        self.unclaimed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Present")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}
