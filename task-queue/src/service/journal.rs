//! What an operator reads in the log: who comes and goes, and what has come to a bad end. Never what
//! a task is given, what it says, or what its error says.

use super::metrics::word;
use crate::engine::{Effect, Notice, State};
use crate::model::{AccountId, EndReason, Failure, TaskId, WorkerId};

/// Tells of what is about to happen, if it is worth it.
pub(super) fn tell(state: &State, effect: &Effect) {
    match effect {
        Effect::EndMembership { worker, why } => worker_gone(*worker, *why),
        Effect::Notify {
            task,
            notice: Notice::Failed(failure),
        } => task_died(state, *task, failure),
        Effect::StartAttempt(assignment) => {
            tracing::debug!(task = %assignment.task, worker = %assignment.worker,
                attempt = %assignment.epoch, "an attempt begins");
        }
        Effect::EndAttempt {
            task,
            worker,
            epoch,
            why,
        } => {
            tracing::debug!(%task, %worker, attempt = %epoch, why = word(*why),
                "an attempt has ended");
        }
        Effect::StopAttempt { .. } | Effect::Notify { .. } | Effect::WakeAt(_) => {}
    }
}

/// Tells that a worker has joined.
pub(super) fn worker_joined(worker: WorkerId, pool: &str) {
    tracing::info!(%worker, pool, "a worker has joined");
}

/// Tells that a worker is back that was away.
pub(super) fn worker_back(worker: WorkerId) {
    tracing::info!(%worker, "a worker is back");
}

/// Tells that somebody was let in.
pub(super) fn account_minted(account: AccountId) {
    tracing::info!(%account, "an account was made");
}

/// Tells that somebody was shut out.
pub(super) fn account_revoked(account: AccountId) {
    tracing::info!(%account, "an account was revoked");
}

fn worker_gone(worker: WorkerId, why: EndReason) {
    match why {
        EndReason::WorkerLeft => tracing::info!(%worker, "a worker has left"),
        EndReason::WorkerRevoked => tracing::info!(%worker, "a worker was revoked"),
        _ => tracing::warn!(%worker, why = word(why), "a worker was lost"),
    }
}

fn task_died(state: &State, id: TaskId, failure: &Failure) {
    let Some(task) = state.task(id) else {
        return;
    };
    let (kind, attempts, class) = (task.spec.kind.as_str(), task.epoch.number(), failure.class);
    tracing::warn!(task = %id, kind, attempts, ?class, "a task has failed for good");
}
