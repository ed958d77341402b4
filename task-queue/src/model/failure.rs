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
    /// What the executing side calls such errors, if it does: `TypeError`, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The code of the error, if it has one: `EAGAIN`, for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How long the next attempt is to wait at least, in milliseconds, if the executing side says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
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
    /// The work failed in a way that the task's retry policy leaves to somebody to look into; it is
    /// kept until they have it tried again.
    Parked,
    /// A task that it comes after has failed or was cancelled.
    Predecessor,
}

impl Failure {
    /// Creates a failure that another attempt may avoid.
    pub fn transient(message: impl Into<String>) -> Self {
        Self::of(FailureClass::Transient, message)
    }

    /// Creates a failure that another attempt would repeat.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self::of(FailureClass::Permanent, message)
    }

    /// Creates a failure of that class, without a name or a code.
    pub fn of(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            name: None,
            code: None,
            retry_after_ms: None,
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
