//! How much a value weighs and how deep it nests, so that what users hand in can be bounded.

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

/// Returns how deep the value nests: 0 for one that contains nothing.
pub fn depth_of(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(items) => items.iter().map(depth_of).max(),
        Value::Object(members) => members.values().map(depth_of).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
    };
    deepest.unwrap_or(0).saturating_add(1)
}

/// How deep a value may nest that is to be stored: the reader of JSON text goes down to 127, and
/// records put a few levels around the values in them.
pub const MAX_DEPTH: usize = 100;

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
    fn what_is_as_deep_as_allowed_can_be_read_back() {
        let deep = (0..MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!(depth_of(&deep), MAX_DEPTH);
        let text = json!({"record": {"value": deep}}).to_string();
        assert!(serde_json::from_str::<Value>(&text).is_ok());
    }

    #[test]
    fn the_size_is_close_to_the_text() {
        let value = json!({"name": "x".repeat(1_000), "list": [1, true, null], "o": {"k": "v"}});
        let text = value.to_string().len();
        assert!(size_of(&value).abs_diff(text) < 64);
    }
}
