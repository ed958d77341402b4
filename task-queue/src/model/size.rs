//! How much a value weighs, so that what users hand in can be bounded.

use serde_json::Value;

/// Returns about how many bytes the value takes as JSON text, without writing it.
pub fn size_of(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 4,
        Value::Number(_) => 8,
        Value::String(text) => text.len().saturating_add(2),
        Value::Array(items) => sum(items.iter().map(size_of)),
        Value::Object(members) => sum(members
            .iter()
            .map(|(name, member)| name.len().saturating_add(3).saturating_add(size_of(member)))),
    }
}

/// Every item weighs at least its comma, so that a heap of empty arrays is not free.
fn sum(sizes: impl Iterator<Item = usize>) -> usize {
    sizes.fold(2, |total, size| {
        total.saturating_add(size).saturating_add(1)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_emptiness_is_not_free() {
        let heap: Value = std::iter::repeat_with(|| json!([])).take(1_000).collect();
        assert!(size_of(&heap) >= 2_000);
    }

    #[test]
    fn the_size_is_close_to_the_text() {
        let value = json!({"name": "x".repeat(1_000), "list": [1, true, null], "o": {"k": "v"}});
        let text = value.to_string().len();
        assert!(size_of(&value).abs_diff(text) < 64);
    }
}
