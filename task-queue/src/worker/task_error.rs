//! How a task's handler fails.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use capnweb_runtime::{Error, Value};

use crate::caps::ResourceError;
use crate::work::WorkError;
use crate::worker::context::NotGranted;

/// Why an attempt of a task has failed, and whether another can do better.
///
/// `?` makes one of any error: worth another attempt, except where the error is known to be final,
/// such as that of a resource which was not granted. The task's retry policy can have rules of its own
/// for the [code](Self::with_code).
///
/// It is no [`std::error::Error`] itself, so that it can be made of all of them.
#[derive(Clone, PartialEq, Eq)]
pub struct TaskError {
    message: String,
    code: Option<String>,
    again: Again,
}

/// Whether there is to be another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// When the task's policy says.
    Usual,
    /// After that time at the earliest.
    After(Duration),
    /// Not at all.
    Never,
}

impl TaskError {
    /// Creates a failure that another attempt may avoid.
    pub fn retry(message: impl Into<String>) -> Self {
        Self::new(message, Again::Usual)
    }

    /// Creates a failure that another attempt may avoid if it comes after that time, or later.
    pub fn retry_after(message: impl Into<String>, delay: Duration) -> Self {
        Self::new(message, Again::After(delay))
    }

    /// Creates a failure that every further attempt would repeat.
    pub fn fatal(message: impl Into<String>) -> Self {
        Self::new(message, Again::Never)
    }

    /// Creates what a handler returns that was asked to stop: see
    /// [`Context::cancelled`](crate::worker::Context::cancelled).
    pub fn cancelled() -> Self {
        Self::retry("the work was stopped").with_code("CANCELLED")
    }

    /// Sets the code by which the task's retry policy knows such errors: `RATE_LIMITED`, for example.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Returns what has gone wrong, in words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the code, if it has one.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Returns whether another attempt is worth its while.
    pub const fn is_retryable(&self) -> bool {
        !matches!(self.again, Again::Never)
    }

    /// Returns the error that the queue is answered.
    pub(super) fn to_error(&self) -> Error {
        let mut error = Error::new(&*self.message);
        if let Some(code) = &self.code {
            error = error.with_prop("code", Value::String(code.clone()));
        }
        match self.again {
            Again::Usual => error,
            Again::Never => error.with_prop("retryable", Value::Bool(false)),
            Again::After(delay) => {
                let millis = delay.as_secs_f64() * 1_000.0;
                error.with_prop("retryAfter", Value::Number(millis.ceil()))
            }
        }
    }

    fn new(message: impl Into<String>, again: Again) -> Self {
        Self {
            message: message.into(),
            code: None,
            again,
        }
    }

    /// Reads what is known of an error, if it is of a known type.
    fn known(error: &dyn Any, message: &str) -> Option<Self> {
        if error.is::<NotGranted>() {
            return Some(Self::fatal(message).with_code("NOT_GRANTED"));
        }
        if let Some(error) = error.downcast_ref::<WorkError>() {
            return error.is_permanent().then(|| Self::fatal(message));
        }
        match error.downcast_ref::<ResourceError>() {
            Some(ResourceError::Denied { .. }) => {
                return Some(Self::fatal(message).with_code("DENIED"));
            }
            Some(ResourceError::Invalid { .. }) => {
                return Some(Self::fatal(message).with_code("INVALID"));
            }
            Some(ResourceError::NotFound { .. }) => {
                return Some(Self::retry(message).with_code("NOT_FOUND"));
            }
            Some(ResourceError::Other(error)) => return Some(Self::of_call(error, message)),
            _ => {}
        }
        let error = error.downcast_ref::<Error>()?;
        Some(Self::of_call(error, message))
    }

    /// Keeps the code of a call's error.
    fn of_call(error: &Error, message: &str) -> Self {
        let failed = Self::retry(message);
        match error.prop("code") {
            Some(Value::String(code)) => failed.with_code(code),
            _ => failed,
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for TaskError {
    fn from(error: E) -> Self {
        let message = error.to_string();
        Self::known(&error, &message).unwrap_or_else(|| Self::retry(message))
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskError")
            .field("message", &self.message)
            .field("code", &self.code)
            .field("again", &self.again)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Resource;

    fn of(error: impl Into<TaskError>) -> TaskError {
        error.into()
    }

    /// The fault: a task that can never succeed is tried 25 times.
    #[test]
    fn what_is_known_to_be_final_is_not_tried_again() {
        let error = of(NotGranted(Resource::Gpu));
        assert_eq!(
            (error.is_retryable(), error.code()),
            (false, Some("NOT_GRANTED"))
        );
        let detail = "no".to_owned();
        assert!(!of(ResourceError::Denied { detail }).is_retryable());
        assert!(of(std::io::Error::other("full")).is_retryable());
        assert!(TaskError::cancelled().is_retryable());
    }

    #[test]
    fn codes_of_calls_are_kept_for_the_rules_of_the_policy() {
        let error = Error::new("slow down").with_prop("code", Value::String("BUSY".to_owned()));
        assert_eq!(of(error.clone()).code(), Some("BUSY"));
        assert_eq!(of(ResourceError::Other(error)).code(), Some("BUSY"));
    }

    #[test]
    fn the_queue_is_told_what_it_goes_by() {
        let error = TaskError::fatal("bad").with_code("EBAD").to_error();
        assert_eq!(error.prop("retryable"), Some(&Value::Bool(false)));
        assert_eq!(error.prop("code"), Some(&Value::String("EBAD".to_owned())));
        let later = TaskError::retry_after("later", Duration::from_micros(1_500)).to_error();
        assert_eq!(later.prop("retryAfter"), Some(&Value::Number(2.0)));
    }
}
