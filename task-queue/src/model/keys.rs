//! Keys that submitters give to tasks: so that few run at once, and so that none is made twice.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{SpecError, whole};

/// That few tasks of a key run at the same time.
///
/// A key counts among the tasks of one submitter. Tasks of a key that need the same of a worker
/// begin in their order; they should all say the same `max`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// What the tasks have in common: 1 to 256 bytes.
    pub key: Arc<str>,
    /// The task begins only while fewer than so many others of the key run; at least 1.
    pub max: u32,
}

impl Concurrency {
    /// Reads the parameter `concurrency`: an object of `key` and `max`, which is 1 if it is left
    /// out.
    pub(super) fn from_params(params: &Value) -> Result<Option<Self>, SpecError> {
        let object = match params.get("concurrency") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(SpecError::Concurrency),
        };
        let max = match object.get("max") {
            None | Some(Value::Null) => Some(1),
            Some(number) => whole(number).and_then(|max| u32::try_from(max).ok()),
        };
        let max = max.filter(|&max| max > 0).ok_or(SpecError::Concurrency)?;
        let key = object
            .get("key")
            .and_then(key)
            .ok_or(SpecError::Concurrency)?;
        Ok(Some(Self { key, max }))
    }
}

/// Reads the parameter `idempotency_key`.
pub(super) fn idempotency_key(params: &Value) -> Result<Option<Arc<str>>, SpecError> {
    match params.get("idempotency_key") {
        None | Some(Value::Null) => Ok(None),
        Some(text) => key(text).map(Some).ok_or(SpecError::IdempotencyKey),
    }
}

fn key(text: &Value) -> Option<Arc<str>> {
    let text = text.as_str()?;
    (1..=MAX_BYTES).contains(&text.len()).then(|| text.into())
}

/// How many bytes a key has at most.
const MAX_BYTES: usize = 256;
