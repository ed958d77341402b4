//! What a submitter asks for, once it has been checked.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::model::number::whole;
use crate::model::{
    GrantRefused, Grants, NameSyntax, Need, PoolName, Prefix, RetryPolicy, Tag, TaskType, Timestamp,
};

/// What is to be done; it does not change after submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// What kind of work it is.
    pub kind: TaskType,
    /// In which pool its workers must be, if it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// What its workers must have, beside what its type calls for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// The parameters, as the submitter gave them.
    pub params: Value,
    /// What the task may touch.
    pub grants: Grants,
    /// When it is tried again.
    pub retry: RetryPolicy,
    /// When it may begin, if not at once.
    pub not_before: Option<Timestamp>,
    /// How long an attempt may take, if not for ever.
    pub timeout: Option<Duration>,
}

/// Why a submission is not a task.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpecError {
    /// The type, the pool or a tag is no name.
    #[error(transparent)]
    Name(#[from] NameSyntax),
    /// The `tags` are not an array of at most 16 names.
    #[error("`tags` must be an array of at most {MAX_TAGS} names")]
    Tags,
    /// The `pool` is not a text.
    #[error("`pool` must be the name of a pool")]
    Pool,
    /// The task asks for a resource that its submitter does not have.
    #[error(transparent)]
    Grant(#[from] GrantRefused),
    /// The parameters are not an object.
    #[error("task parameters must be an object")]
    ParamsNotAnObject,
    /// The part of the storage is not a text, or a long one.
    #[error(
        "`storage_prefix` must be a text of at most {} bytes, with what it is within",
        Prefix::MAX
    )]
    StoragePrefix,
    /// The `retry` parameter is not a retry policy.
    #[error("`retry` must be an object of max_attempts, max_losses, unit_ms and max_delay_ms")]
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
    pub const fn new(kind: TaskType, params: Value) -> Self {
        Self {
            kind,
            pool: None,
            tags: BTreeSet::new(),
            params,
            grants: Grants::NOTHING,
            retry: RetryPolicy::NEVER,
            not_before: None,
            timeout: None,
        }
    }

    /// Creates a specification from what a submitter sent, who may grant `ceiling` at most.
    ///
    /// Beside the resources, the parameters may say `pool` and `tags` (which workers may carry it
    /// out), `retry` (a [`RetryPolicy`] as an object), `not_before` (milliseconds since the Unix
    /// epoch) and `timeout_ms`. Without `retry`, a failure is final: that is what a client expects
    /// which executes its tasks itself.
    pub fn from_submission(kind: &str, params: Value, ceiling: &Grants) -> Result<Self, SpecError> {
        let kind: TaskType = kind.parse()?;
        let params = match params {
            Value::Null => Value::Object(serde_json::Map::new()),
            Value::Object(_) => params,
            _ => return Err(SpecError::ParamsNotAnObject),
        };
        Ok(Self {
            pool: pool(&params)?,
            tags: tags(&params)?,
            grants: grants(&kind, &params, ceiling)?,
            retry: retry(&params)?,
            not_before: millis(&params, "not_before")?.map(Timestamp::from_millis),
            timeout: millis(&params, "timeout_ms")?.map(Duration::from_millis),
            kind,
            params,
        })
    }

    /// Returns what the task needs of its worker.
    pub fn need(&self) -> Need {
        let mut tags = self.tags.clone();
        if self.kind == TaskType::GPU {
            tags.insert(Tag::GPU);
        }
        Need {
            kind: self.kind.clone(),
            pool: self.pool.clone(),
            tags,
        }
    }
}

fn grants(kind: &TaskType, params: &Value, ceiling: &Grants) -> Result<Grants, SpecError> {
    let prefix = params.get("storage_prefix");
    if prefix.is_some_and(|prefix| !prefix.is_string() && !prefix.is_null()) {
        return Err(SpecError::StoragePrefix);
    }
    let granted = Grants::asked_by(kind, params).granted_by(ceiling)?;
    if granted.storage_prefix.as_str().len() > Prefix::MAX {
        return Err(SpecError::StoragePrefix);
    }
    Ok(granted)
}

fn pool(params: &Value) -> Result<Option<PoolName>, SpecError> {
    match params.get("pool") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.parse()?)),
        Some(_) => Err(SpecError::Pool),
    }
}

fn tags(params: &Value) -> Result<BTreeSet<Tag>, SpecError> {
    let tags = match params.get("tags") {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(tags)) if tags.len() <= MAX_TAGS => tags,
        Some(_) => return Err(SpecError::Tags),
    };
    let tag = |tag: &Value| Ok(tag.as_str().ok_or(SpecError::Tags)?.parse()?);
    tags.iter().map(tag).collect()
}

fn retry(params: &Value) -> Result<RetryPolicy, SpecError> {
    match params.get("retry") {
        None | Some(Value::Null) => Ok(RetryPolicy::NEVER),
        Some(policy) => RetryPolicy::deserialize(policy).map_err(|_| SpecError::Retry),
    }
}

fn millis(params: &Value, name: &'static str) -> Result<Option<u64>, SpecError> {
    match params.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => whole(number)
            .map(Some)
            .ok_or(SpecError::NotMilliseconds { name }),
    }
}

/// How many tags a task names at most.
const MAX_TAGS: usize = 16;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn submit(params: Value) -> Result<TaskSpec, SpecError> {
        TaskSpec::from_submission("compute", params, &Grants::EVERYTHING)
    }

    #[test]
    fn a_plain_submission_is_attempted_once_at_once() {
        let spec = submit(json!({"iterations": 3})).unwrap();
        assert_eq!(
            spec,
            TaskSpec::new(TaskType::COMPUTE, json!({"iterations": 3}))
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
        let nameless = TaskSpec::from_submission("Mining!", json!({}), &Grants::EVERYTHING);
        assert!(matches!(nameless, Err(SpecError::Name(_))));
        assert!(matches!(
            submit(json!({"pool": "a b"})),
            Err(SpecError::Name(_))
        ));
        assert!(matches!(
            submit(json!({"tags": ["!"]})),
            Err(SpecError::Name(_))
        ));
        assert_eq!(submit(json!({"pool": 1})), Err(SpecError::Pool));
        let many: Vec<_> = (0..17).map(|number| format!("t{number}")).collect();
        for wrong in [json!("eu"), json!([1]), json!(many)] {
            assert_eq!(submit(json!({ "tags": wrong })), Err(SpecError::Tags));
        }
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
        let refused = TaskSpec::from_submission("compute", params, &Grants::NOTHING);
        assert!(matches!(refused, Err(SpecError::Grant(_))));
    }

    #[test]
    fn the_part_of_the_storage_is_a_text_that_is_not_too_long() {
        for wrong in [json!(1), json!(["a/"]), json!("x".repeat(257))] {
            let params = json!({"needs_storage": true, "storage_prefix": wrong});
            assert_eq!(submit(params), Err(SpecError::StoragePrefix));
        }
        let longest = json!({"needs_storage": true, "storage_prefix": "x".repeat(256)});
        assert!(submit(longest).is_ok());
    }
}
