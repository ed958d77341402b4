//! Why a task did not succeed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why an attempt, or in the end its task, did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub class: FailureClass,
    /// What the executing side says about it; it is shown to whoever holds the task.
    pub message: String,
}

/// What kind of failure it is, and so whether another attempt could do better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The work failed; another attempt may succeed.
    Transient,
    /// The work failed in a way that every further attempt would repeat.
    Permanent,
    /// The attempt took longer than the task allows; another may be faster.
    TimedOut,
    /// Too many workers were lost while they worked on the task.
    WorkersLost,
    /// A task that it comes after has failed or was cancelled.
    Predecessor,
}

impl Failure {
    /// Creates a failure that another attempt may avoid.
    pub fn transient(message: impl Into<String>) -> Self {
        Self {
            class: FailureClass::Transient,
            message: message.into(),
        }
    }

    /// Creates a failure that another attempt would repeat.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self {
            class: FailureClass::Permanent,
            message: message.into(),
        }
    }

    /// Returns whether another attempt is worth its while.
    pub const fn is_retryable(&self) -> bool {
        matches!(self.class, FailureClass::Transient | FailureClass::TimedOut)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
