//! What a submitter asks for, once it has been checked.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::model::keys::idempotency_key;
use crate::model::number::whole;
use crate::model::{
    After, Concurrency, GrantRefused, Grants, NameSyntax, Need, OnFailure, Params, PoolName,
    Prefix, Priority, RetryPolicies, RetryPolicy, Tag, TaskId, TaskType, Timestamp,
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
    pub params: Params,
    /// How urgent it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: Priority,
    /// Beside which others it does not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<Box<Concurrency>>,
    /// Which tasks it comes after.
    #[serde(default, skip_serializing_if = "After::is_nothing")]
    pub after: After,
    /// A key under which the submitter finds it again, instead of making another: 1 to 256 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Arc<str>>,
    /// What the task may touch.
    #[serde(default, skip_serializing_if = "is_default")]
    pub grants: Grants,
    /// When it is tried again. Of a task that asks for a policy by name, it is that policy from the
    /// moment on in which the task is accepted.
    #[serde(default = "RetryPolicy::never", skip_serializing_if = "is_never")]
    pub retry: Arc<RetryPolicy>,
    /// The name of the retry policy, if it was asked for by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<String>,
    /// When it may begin, if not at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// How long an attempt may take, if not for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The `priority` is none.
    #[error("`priority` must be a whole number from 0 to 100, or `low`, `normal` or `high`")]
    Priority,
    /// The `concurrency` is none.
    #[error("`concurrency` must be an object of key, 1 to 256 bytes, and max, at least 1")]
    Concurrency,
    /// The `idempotency_key` is none.
    #[error("`idempotency_key` must be a text of 1 to 256 bytes")]
    IdempotencyKey,
    /// What the task is to come after are no tasks.
    #[error("`after` must be an array of task ids, or in a batch of objects with an index")]
    After,
    /// The task is to come after one that does not come before it.
    #[error("`after` names the index {index}, which does not come before this task in a batch")]
    NotEarlier {
        /// The index.
        index: u64,
    },
    /// The task is to come after more than there may be.
    #[error("a task comes after at most {} others", After::MAX)]
    TooManyPredecessors,
    /// What becomes of the task if one before it fails is not said properly.
    #[error("`on_failure` must be `fail` or `run`")]
    OnFailure,
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
    pub fn new(kind: TaskType, params: impl Into<Params>) -> Self {
        Self {
            kind,
            pool: None,
            tags: BTreeSet::new(),
            priority: Priority::NORMAL,
            concurrency: None,
            after: After {
                tasks: Vec::new(),
                on_failure: OnFailure::Fail,
            },
            idempotency_key: None,
            params: params.into(),
            grants: Grants::NOTHING,
            retry: RetryPolicy::never(),
            retry_policy: None,
            not_before: None,
            timeout: None,
        }
    }

    /// Creates a specification from what a submitter sent, who may grant `ceiling` at most.
    ///
    /// Beside the resources, the parameters may say `pool` and `tags` (which workers may carry it
    /// out), `priority`, `concurrency` (`key` and `max`), `after` and `on_failure`,
    /// `idempotency_key`, `retry` (a [`RetryPolicy`] as an object, or the name of one that the queue
    /// knows), `not_before` (milliseconds since the Unix epoch) and `timeout_ms`. Without `retry`, a
    /// failure is final for the types that are built in: that is what a client expects which executes
    /// its tasks itself. Others have the policy [`RetryPolicies::DEFAULT`].
    pub fn from_submission(kind: &str, params: Value, ceiling: &Grants) -> Result<Self, SpecError> {
        Self::from_batch(kind, params, ceiling, &[])
    }

    /// Creates a specification of one of many, which can come after `earlier` ones by their index.
    pub fn from_batch(
        kind: &str,
        params: Value,
        ceiling: &Grants,
        earlier: &[TaskId],
    ) -> Result<Self, SpecError> {
        let kind: TaskType = kind.parse()?;
        let params = match params {
            Value::Null => Value::Object(serde_json::Map::new()),
            Value::Object(_) => params,
            _ => return Err(SpecError::ParamsNotAnObject),
        };
        let (retry, retry_policy) = retry(&kind, &params)?;
        Ok(Self {
            retry,
            retry_policy,
            pool: pool(&params)?,
            tags: tags(&params)?,
            priority: Priority::from_params(&params)?,
            concurrency: Concurrency::from_params(&params)?.map(Box::new),
            after: After::from_params(&params, earlier)?,
            idempotency_key: idempotency_key(&params)?,
            grants: grants(&kind, &params, ceiling)?,
            not_before: millis(&params, "not_before")?.map(Timestamp::from_millis),
            timeout: millis(&params, "timeout_ms")?.map(Duration::from_millis),
            params: params.into(),
            kind,
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

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn is_never(policy: &RetryPolicy) -> bool {
    *policy == RetryPolicy::NEVER
}

/// Returns the retry policy that is asked for, and its name if it is asked for by that.
fn retry(kind: &TaskType, params: &Value) -> Result<(Arc<RetryPolicy>, Option<String>), SpecError> {
    match params.get("retry") {
        None | Some(Value::Null) => {
            let is_built_in = TaskType::BUILT_IN.contains(kind);
            let policy = (!is_built_in).then(|| RetryPolicies::DEFAULT.to_owned());
            Ok((RetryPolicy::never(), policy))
        }
        Some(Value::String(name)) => Ok((RetryPolicy::never(), Some(name.clone()))),
        Some(policy) => match RetryPolicy::deserialize(policy) {
            Ok(policy) if policy.errors.len() <= MAX_RULES => Ok((Arc::new(policy), None)),
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
        assert_eq!(submit(Value::Null).unwrap().params.value(), json!({}));
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
    fn what_is_said_about_order_is_read() {
        let first = TaskId::of_bits(1);
        let spec = submit(json!({
            "priority": "high",
            "concurrency": {"key": "user-1"},
            "after": [first, first],
            "on_failure": "run",
            "idempotency_key": "k",
        }))
        .unwrap();
        assert_eq!(spec.priority, Priority::HIGH);
        assert_eq!(spec.concurrency.unwrap().max, 1);
        assert_eq!(spec.after.tasks, [first], "each is named once");
        assert_eq!(spec.after.on_failure, OnFailure::Run);
        assert_eq!(spec.idempotency_key.as_deref(), Some("k"));
    }

    #[test]
    fn what_is_said_badly_about_order_is_refused() {
        let long = "k".repeat(257);
        for (params, refusal) in [
            (json!({"priority": 101}), SpecError::Priority),
            (json!({"priority": "urgent"}), SpecError::Priority),
            (json!({"concurrency": "k"}), SpecError::Concurrency),
            (json!({"concurrency": {"key": ""}}), SpecError::Concurrency),
            (
                json!({"concurrency": {"key": "k", "max": 0}}),
                SpecError::Concurrency,
            ),
            (json!({"idempotency_key": ""}), SpecError::IdempotencyKey),
            (json!({"idempotency_key": long}), SpecError::IdempotencyKey),
            (json!({"after": "task"}), SpecError::After),
            (json!({"after": ["task_1"]}), SpecError::After),
            (
                json!({"after": [{"index": 0}]}),
                SpecError::NotEarlier { index: 0 },
            ),
            (json!({"on_failure": "shrug"}), SpecError::OnFailure),
        ] {
            assert_eq!(submit(params.clone()), Err(refusal), "{params}");
        }
    }

    /// The fault: a batch that waits for itself, for ever.
    #[test]
    fn in_a_batch_a_task_comes_after_earlier_ones_only() {
        let earlier = [TaskId::of_bits(1), TaskId::of_bits(2)];
        let submit = |index: u64| {
            let params = json!({"after": [{ "index": index }]});
            TaskSpec::from_batch("compute", params, &Grants::NOTHING, &earlier)
        };
        assert_eq!(submit(1).unwrap().after.tasks, [earlier[1]]);
        assert_eq!(submit(2), Err(SpecError::NotEarlier { index: 2 }));
        assert_eq!(
            submit(u64::MAX),
            Err(SpecError::NotEarlier { index: u64::MAX })
        );
    }

    #[test]
    fn a_task_comes_after_a_thousand_others_at_most() {
        let ids: Vec<_> = (0..1_001).map(TaskId::of_bits).collect();
        assert!(submit(json!({ "after": ids[1..] })).is_ok());
        assert_eq!(
            submit(json!({ "after": ids })),
            Err(SpecError::TooManyPredecessors)
        );
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
