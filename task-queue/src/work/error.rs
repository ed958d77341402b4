//! How work fails.

use thiserror::Error;

use crate::model::{Failure, Resource, TaskType};

/// Why a resource, or the task itself, has not done what it was asked to do.
///
/// It may come from far away, so what it says is text; its kind is what others go by.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AccessError {
    /// What was asked for does not exist.
    #[error("{0}")]
    NotFound(String),
    /// What was asked for is not allowed.
    #[error("{0}")]
    Denied(String),
    /// What was handed in is not what it should be.
    #[error("{0}")]
    Invalid(String),
    /// Somebody else was first: what was expected does not hold, or not any more.
    #[error("{0}")]
    Conflict(String),
    /// It could not be done now.
    #[error("{0}")]
    Unavailable(String),
}

/// Why work has not led to a result.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WorkError {
    /// Nobody wants it any more.
    #[error("task was cancelled")]
    Cancelled,
    /// The task does not carry the resource that it needs.
    #[error("task has no {0} capability")]
    NoResource(Resource),
    /// The worker is not one for this work.
    #[error("permission denied: a cpu worker has no GPU")]
    WorkerWithoutGpu,
    /// The work is of no type that is built in.
    #[error("{0} tasks are for workers of their own")]
    NotBuiltIn(TaskType),
    /// A parameter is not what it should be.
    #[error("parameter `{name}` must be {expected}")]
    Parameter {
        /// Which.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A stage of a pipeline is of no known type.
    #[error("unknown stage type: {0}")]
    UnknownStage(String),
    /// A stage of a pipeline has failed.
    #[error("stage {stage} ({kind}): {source}")]
    Stage {
        /// Which, counted from 0.
        stage: usize,
        /// Of what type it is.
        kind: &'static str,
        /// Why.
        source: Box<Self>,
    },
    /// A resource, or the task itself, has failed.
    #[error(transparent)]
    Access(#[from] AccessError),
}

impl WorkError {
    /// Returns whether every further attempt would end in the same way.
    ///
    /// What was not found may be there the next time.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Cancelled
            | Self::NoResource(_)
            | Self::WorkerWithoutGpu
            | Self::NotBuiltIn(_)
            | Self::Parameter { .. }
            | Self::UnknownStage(_) => true,
            Self::Stage { source, .. } => source.is_permanent(),
            Self::Access(error) => {
                matches!(error, AccessError::Denied(_) | AccessError::Invalid(_))
            }
        }
    }
}

impl From<WorkError> for Failure {
    fn from(error: WorkError) -> Self {
        let message = error.to_string();
        if error.is_permanent() {
            Self::permanent(message)
        } else {
            Self::transient(message)
        }
    }
}
