//! How much room a value takes.
//!
//! A peer can put a promise into a value many times, and that value's promise into another one, so
//! that a few short messages stand for more than there is memory. What such promises are replaced
//! by is weighed before it is copied.

use super::Value;

/// Returns about how many bytes a copy of a value takes.
pub(crate) fn weight(value: &Value) -> usize {
    let content = match value {
        Value::String(text) => text.len(),
        Value::BigInt(number) => {
            usize::try_from(number.as_inner().bits() / 8).unwrap_or(usize::MAX)
        }
        Value::Array(items) => sum(items.iter().map(weight)),
        Value::Object(object) => sum(object
            .iter()
            .map(|(key, value)| key.len().saturating_add(weight(value)))),
        Value::Error(error) => sum(error
            .props
            .iter()
            .map(|(key, value)| key.len().saturating_add(weight(value))))
        .saturating_add(error.message.len()),
        Value::Bytes(bytes) => bytes.len(),
        _ => 0,
    };
    content.saturating_add(size_of::<Value>())
}

fn sum(weights: impl Iterator<Item = usize>) -> usize {
    weights.fold(0, usize::saturating_add)
}
