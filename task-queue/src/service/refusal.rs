//! Why something that was asked of the queue was not done, and how a peer is told.

use capnweb_runtime::{Error, Value};
use thiserror::Error;

use super::access::NoAccount;
use crate::caps::ResourceError;
use crate::engine::Rejected;
use crate::model::{CalendarError, NotAProgress, PoolName, Quota, SpecError, TaskType};
use crate::resources::FencingToken;
use crate::resources::locks::{LockError, Standing};
use crate::work::AccessError;

/// Why something that was asked of the queue was not done.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    /// The scheduler refuses it.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It could not be stored, so it has not happened.
    #[error("the queue could not store the change; it was not made")]
    NotStored,
    /// There is no room for it, so it has not happened.
    #[error("the queue's disk is full; the change was not made")]
    StorageFull,
    /// The queue is being shut down.
    #[error("the queue is shutting down")]
    Stopped,
    /// What was submitted is no task.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The queue's process has no workers of that pool.
    #[error("unknown worker type: `{0}`")]
    NoWorkerOf(PoolName),
    /// More was submitted at once than is taken at once.
    #[error("at most {max} tasks are accepted at once")]
    TooManyAtOnce {
        /// How many are.
        max: usize,
    },
    /// The task is watched by as many as may.
    #[error("the task is watched by {max} already, which is as many as may")]
    TooManyWatchersOfTask {
        /// How many may.
        max: usize,
    },
    /// As many watch tasks as may.
    #[error("tasks are watched by {max} already, which is as many as may")]
    TooManyWatchers {
        /// How many may.
        max: usize,
    },
    /// There are more tasks than fit into one list.
    #[error("there are more than {max} tasks: ask for them in pages, by `tasks`")]
    TooManyTasks {
        /// How many fit.
        max: usize,
    },
    /// There is no task of that name in this queue.
    #[error("task not found")]
    NoSuchTask,
    /// The reference does not work, for whatever reason.
    #[error("permission denied: unknown secret")]
    UnknownSecret,
    /// Too many references were presented that do not work.
    #[error("too many references that do not work; wait a minute")]
    TooManyAttempts,
    /// There is no account of that name.
    #[error("account not found")]
    NoSuchAccount,
    /// The account was not made.
    #[error(transparent)]
    NoAccount(#[from] NoAccount),
    /// So many queues were restricted from one.
    #[error("{max} queues were restricted from this one, which is the limit")]
    TooManyRestrictions {
        /// How many that may be.
        max: usize,
    },
    /// Tasks of that type are not for this account.
    #[error("permission denied: {0} tasks are not for this account")]
    TypeNotAllowed(TaskType),
    /// That pool is not for this account.
    #[error("permission denied: the pool {0} is not for this account")]
    PoolNotAllowed(PoolName),
    /// It is too much at a time.
    #[error("the quota of {max} {quota} is reached")]
    QuotaReached {
        /// Of what.
        quota: Quota,
        /// How much that is.
        max: u64,
    },
    /// There is no schedule of that name.
    #[error("schedule not found")]
    NoSuchSchedule,
    /// What is to be a calendar is none.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// There is no worker of that name in this pool.
    #[error("worker not found")]
    NoSuchWorker,
    /// No worker is idle.
    #[error("no idle worker is available")]
    NoIdleWorker,
    /// The capability that was passed is no task of this queue.
    #[error("not a task of this queue")]
    ForeignTask,
    /// The number is no progress.
    #[error(transparent)]
    Progress(#[from] NotAProgress),
    /// The task does not carry that resource.
    #[error("task has no {0} capability")]
    NotGranted(crate::model::Resource),
    /// The task was cancelled.
    #[error("task was cancelled")]
    Cancelled,
    /// The task, or its attempt, has failed.
    #[error("{0}")]
    Failed(String),
    /// The worker was revoked under the task.
    #[error("worker has been revoked")]
    WorkerRevoked,
    /// The attempt took too long.
    #[error("the attempt took too long")]
    TimedOut,
    /// The attempt ended without a result.
    #[error("the attempt ended without a result")]
    NoResult,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let error = Self::new(refusal.to_string());
        match refusal {
            Refusal::NotStored => with_code(error, NOT_STORED),
            Refusal::StorageFull => with_code(error, STORAGE_FULL),
            Refusal::Stopped => with_code(error, SHUTTING_DOWN),
            Refusal::QuotaReached { .. } | Refusal::Rejected(Rejected::QuotaReached { .. }) => {
                with_code(error, "QUOTA_REACHED")
            }
            Refusal::UnknownSecret => with_code(error, "NO_SUCH_REFERENCE"),
            Refusal::TooManyAttempts => with_code(error, "TOO_MANY_ATTEMPTS"),
            Refusal::TypeNotAllowed(_) => with_code(error, "TYPE_NOT_ALLOWED"),
            Refusal::PoolNotAllowed(_) => with_code(error, "POOL_NOT_ALLOWED"),
            Refusal::Rejected(Rejected::WorkerRevoked) => with_code(error, WORKER_REVOKED),
            Refusal::TooManyWatchers { .. } | Refusal::TooManyWatchersOfTask { .. } => {
                with_code(error, TOO_MANY_WATCHERS)
            }
            Refusal::TooManyTasks { .. } => with_code(error, TOO_MANY_TASKS),
            _ => error,
        }
    }
}

impl Refusal {
    /// Returns whether the queue would have done it, and can be asked again when it can store.
    pub(super) const fn is_unstored(&self) -> bool {
        matches!(self, Self::NotStored | Self::StorageFull)
    }
}

/// Returns whether a peer was told that the queue would have done it and could not store it.
pub(super) fn is_unstored(error: &Error) -> bool {
    match error.prop(CODE) {
        Some(Value::String(code)) => matches!(code.as_str(), NOT_STORED | STORAGE_FULL),
        _ => false,
    }
}

/// Returns whether a peer was told something that will not be so for long: it can ask again.
pub(crate) fn is_passing(error: &Error) -> bool {
    let stopped = Value::String(SHUTTING_DOWN.to_owned());
    is_unstored(error) || error.prop(CODE) == Some(&stopped)
}

fn with_code(error: Error, code: &str) -> Error {
    error.with_prop(CODE, Value::String(code.to_owned()))
}

impl From<AccessError> for ResourceError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotFound(detail) => Self::NotFound { detail },
            AccessError::Denied(detail) => Self::Denied { detail },
            AccessError::Invalid(detail) => Self::Invalid { detail },
            AccessError::Conflict(detail) => Self::Conflict { detail },
            AccessError::Unavailable(detail) => Self::Unavailable { detail },
        }
    }
}

impl From<ResourceError> for AccessError {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::NotFound { detail } => Self::NotFound(detail),
            ResourceError::Denied { detail } => Self::Denied(detail),
            ResourceError::Invalid { detail } => Self::Invalid(detail),
            ResourceError::Conflict { detail } => Self::Conflict(detail),
            ResourceError::Unavailable { detail } => Self::Unavailable(detail),
            ResourceError::Other(error) => Self::Unavailable(error.to_string()),
        }
    }
}

/// Turns a resource's own error into what its capability answers.
pub(super) fn resource(error: impl Into<AccessError>) -> ResourceError {
    error.into().into()
}

/// Turns a lock's error into what the storage's capability answers.
pub(super) fn lock(error: &LockError) -> ResourceError {
    let detail = error.to_string();
    match error {
        LockError::KeyTooLong { .. } | LockError::Lifetime { .. } | LockError::Permits { .. } => {
            ResourceError::Invalid { detail }
        }
        LockError::OtherPermits { .. } | LockError::Expired => ResourceError::Conflict { detail },
        LockError::TooManyHeld { .. } | LockError::TooManyWaiting { .. } | LockError::NoTokens => {
            ResourceError::Unavailable { detail }
        }
    }
}

/// Refuses a token that says nothing for whoever shows it.
pub(super) fn standing(standing: Standing, token: FencingToken) -> Result<(), ResourceError> {
    match standing {
        Standing::Given => Ok(()),
        Standing::Outlived => Err(ResourceError::Denied {
            detail: format!("the lock with token {token} is over"),
        }),
        Standing::Unknown => Err(ResourceError::Invalid {
            detail: format!("no lock has the token {token}"),
        }),
    }
}

/// The property of an error by which programs tell what to do about it.
const CODE: &str = "code";
const NOT_STORED: &str = "NOT_STORED";
const STORAGE_FULL: &str = "STORAGE_FULL";
const SHUTTING_DOWN: &str = "SHUTTING_DOWN";
const WORKER_REVOKED: &str = "WORKER_REVOKED";
const TOO_MANY_WATCHERS: &str = "TOO_MANY_WATCHERS";
const TOO_MANY_TASKS: &str = "TOO_MANY_TASKS";
