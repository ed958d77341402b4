//! What a submitter asks for, once it has been checked.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::model::number::whole;
use crate::model::{GrantRefused, Grants, RetryPolicy, Timestamp};

/// What kind of work a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Arithmetic on the processor.
    Compute,
    /// A computation on the graphics processor.
    Gpu,
    /// Reading and writing objects, fetching pages.
    Io,
    /// A chain of stages.
    Pipeline,
}

/// What is to be done; it does not change after submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// What kind of work it is.
    pub kind: TaskKind,
    /// The parameters, as the submitter gave them.
    pub params: Value,
    /// What the task may touch.
    pub grants: Grants,
    /// When it is tried again. Of a task that asks for a policy by name, it is that policy from the
    /// moment on in which the task is accepted.
    pub retry: RetryPolicy,
    /// The name of the retry policy, if it was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<String>,
    /// When it may begin, if not at once.
    pub not_before: Option<Timestamp>,
    /// How long an attempt may take, if not for ever.
    pub timeout: Option<Duration>,
}

/// A name that is no kind of worker or task.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown {what} type: `{name}`")]
pub struct UnknownKind {
    what: &'static str,
    name: String,
}

/// Why a submission is not a task.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpecError {
    /// There is no such kind of task.
    #[error(transparent)]
    Kind(#[from] UnknownKind),
    /// The task asks for a resource that its submitter does not have.
    #[error(transparent)]
    Grant(#[from] GrantRefused),
    /// The parameters are not an object.
    #[error("task parameters must be an object")]
    ParamsNotAnObject,
    /// The `retry` parameter is not a retry policy, or has too many rules.
    #[error(
        "`retry` must be the name of a policy or an object of max_attempts, max_losses, \
         loss_window_ms, unit_ms, max_delay_ms and errors (at most {MAX_RULES})"
    )]
    Retry,
    /// A parameter that must be a count of milliseconds is not one.
    #[error("`{name}` must be a whole number of milliseconds")]
    NotMilliseconds {
        /// The parameter.
        name: &'static str,
    },
}

impl TaskSpec {
    /// Creates the specification of a task that is granted nothing and attempted once.
    pub const fn new(kind: TaskKind, params: Value) -> Self {
        Self {
            kind,
            params,
            grants: Grants::NOTHING,
            retry: RetryPolicy::NEVER,
            retry_policy: None,
            not_before: None,
            timeout: None,
        }
    }

    /// Creates a specification from what a submitter sent, who may grant `ceiling` at most.
    ///
    /// Beside the resources, the parameters may say `retry` (a [`RetryPolicy`] as an object, or the
    /// name of one that the queue knows),
    /// `not_before` (milliseconds since the Unix epoch) and `timeout_ms`. Without `retry`, a
    /// failure is final: that is what a client expects which executes its tasks itself.
    pub fn from_submission(kind: &str, params: Value, ceiling: Grants) -> Result<Self, SpecError> {
        let kind = kind.parse()?;
        let params = match params {
            Value::Null => Value::Object(serde_json::Map::new()),
            Value::Object(_) => params,
            _ => return Err(SpecError::ParamsNotAnObject),
        };
        let (retry, retry_policy) = retry(&params)?;
        Ok(Self {
            kind,
            grants: Grants::asked_by(kind, &params).granted_by(ceiling)?,
            retry,
            retry_policy,
            not_before: millis(&params, "not_before")?.map(Timestamp::from_millis),
            timeout: millis(&params, "timeout_ms")?.map(Duration::from_millis),
            params,
        })
    }
}

impl TaskKind {
    /// Returns the kind as it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Gpu => "gpu",
            Self::Io => "io",
            Self::Pipeline => "pipeline",
        }
    }
}

impl UnknownKind {
    /// Creates the error; of a very long name only the beginning is kept.
    pub(crate) fn of(what: &'static str, name: &str) -> Self {
        Self {
            what,
            name: name.chars().take(64).collect(),
        }
    }
}

impl FromStr for TaskKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        [Self::Compute, Self::Gpu, Self::Io, Self::Pipeline]
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| UnknownKind::of("task", text))
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Returns the retry policy that is asked for, and its name if it is asked for by that.
fn retry(params: &Value) -> Result<(RetryPolicy, Option<String>), SpecError> {
    match params.get("retry") {
        None | Some(Value::Null) => Ok((RetryPolicy::NEVER, None)),
        Some(Value::String(name)) => Ok((RetryPolicy::NEVER, Some(name.clone()))),
        Some(policy) => match RetryPolicy::deserialize(policy) {
            Ok(policy) if policy.errors.len() <= MAX_RULES => Ok((policy, None)),
            _ => Err(SpecError::Retry),
        },
    }
}

/// How many rules for errors a task's retry policy has at most.
const MAX_RULES: usize = 64;

fn millis(params: &Value, name: &'static str) -> Result<Option<u64>, SpecError> {
    match params.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => whole(number)
            .map(Some)
            .ok_or(SpecError::NotMilliseconds { name }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn submit(params: Value) -> Result<TaskSpec, SpecError> {
        TaskSpec::from_submission("compute", params, Grants::EVERYTHING)
    }

    #[test]
    fn a_plain_submission_is_attempted_once_at_once() {
        let spec = submit(json!({"iterations": 3})).unwrap();
        assert_eq!(
            spec,
            TaskSpec::new(TaskKind::Compute, json!({"iterations": 3}))
        );
        assert_eq!(submit(Value::Null).unwrap().params, json!({}));
    }

    #[test]
    fn policies_are_read_from_the_parameters() {
        let params = json!({
            "retry": {"max_attempts": 3, "unit_ms": 5},
            "not_before": 1_000.0,
            "timeout_ms": 50,
        });
        let spec = submit(params).unwrap();
        assert_eq!(spec.retry.max_attempts, 3);
        assert_eq!(spec.retry.unit_ms, 5);
        assert_eq!(spec.retry.max_losses, RetryPolicy::PATIENT.max_losses);
        assert_eq!(spec.not_before, Some(Timestamp::from_millis(1_000)));
        assert_eq!(spec.timeout, Some(Duration::from_millis(50)));
    }

    #[test]
    fn what_is_no_submission_is_refused() {
        let unknown = TaskSpec::from_submission("mining", json!({}), Grants::EVERYTHING);
        assert!(matches!(unknown, Err(SpecError::Kind(_))));
        assert_eq!(submit(json!([1])), Err(SpecError::ParamsNotAnObject));
        assert_eq!(
            submit(json!({"retry": {"max_attemps": 3}})),
            Err(SpecError::Retry)
        );
        for wrong in [json!(-1), json!(1.5), json!("5"), json!(1e300)] {
            let refused = Err(SpecError::NotMilliseconds { name: "timeout_ms" });
            assert_eq!(submit(json!({ "timeout_ms": wrong })), refused);
        }
    }

    #[test]
    fn grants_are_cut_to_the_submitters() {
        let params = json!({"needs_gpu": true});
        let refused = TaskSpec::from_submission("compute", params, Grants::NOTHING);
        assert!(matches!(refused, Err(SpecError::Grant(_))));
    }
}
