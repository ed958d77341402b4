//! Why a worker ends.

use capnweb_runtime::{ConnectError, Disconnect, Error};
use thiserror::Error as ThisError;

use crate::model::{NameSyntax, TaskType};

/// How a worker ended that was told to, or had to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// It has left in good order: everything it had has come to its end, or was given back.
    Left {
        /// How many tasks were given back, which go to other workers; nothing is counted.
        given_back: usize,
    },
    /// The queue has revoked it: everything was taken from it, and it does not come back.
    Revoked,
}

/// Why a worker could not work, or not go on.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum WorkerError {
    /// The pool, a tag or a type of tasks is no name.
    #[error(transparent)]
    Name(#[from] NameSyntax),
    /// There are two handlers for one type.
    #[error("there are two handlers for tasks of the type {0}")]
    TwoHandlers(TaskType),
    /// There is no handler at all.
    #[error("a worker needs a handler of at least one type of tasks")]
    NoHandler,
    /// The URL is none of a queue.
    #[error(transparent)]
    Url(ConnectError),
    /// The queue cannot be reached, and trying again would not help.
    #[error("the queue cannot be reached: {0}")]
    Unreachable(#[source] Disconnect),
    /// The queue does not take the worker.
    #[error("the queue does not take the worker: {0}")]
    Refused(#[source] Error),
}
