//! Parameters, with what they are when nobody says.

use serde_json::Value;

use crate::model::whole;
use crate::work::error::WorkError;

/// Returns a parameter; null is the same as absent.
pub(super) fn get<'a>(params: &'a Value, name: &str) -> Option<&'a Value> {
    params.get(name).filter(|value| !value.is_null())
}

/// Reads a flag, which is down when nobody says.
pub(super) fn flag(params: &Value, name: &'static str) -> Result<bool, WorkError> {
    let expected = "true or false";
    get(params, name).map_or(Ok(false), |value| {
        value
            .as_bool()
            .ok_or(WorkError::Parameter { name, expected })
    })
}

/// Reads a count.
pub(super) fn count(params: &Value, name: &'static str, default: u64) -> Result<u64, WorkError> {
    let expected = "a whole number that is not negative";
    get(params, name).map_or(Ok(default), |value| {
        whole(value).ok_or(WorkError::Parameter { name, expected })
    })
}

/// Reads a text.
pub(super) fn text<'a>(
    params: &'a Value,
    name: &'static str,
    default: &'a str,
) -> Result<&'a str, WorkError> {
    get(params, name).map_or(Ok(default), |value| as_text(value, name))
}

/// Reads a text that somebody must say.
pub(super) fn required_text<'a>(
    params: &'a Value,
    name: &'static str,
) -> Result<&'a str, WorkError> {
    as_text(get(params, name).unwrap_or(&Value::Null), name)
}

fn as_text<'a>(value: &'a Value, name: &'static str) -> Result<&'a str, WorkError> {
    let expected = "a text";
    value
        .as_str()
        .ok_or(WorkError::Parameter { name, expected })
}
