//! A task's parameters, kept as text.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// A task's parameters, as JSON text: a task that waits takes a fraction of what they are as a tree.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(Box<RawValue>);

impl Params {
    /// Returns the value.
    pub fn value(&self) -> Value {
        // It was one; those that nest deeper than can be read back are refused with their task.
        serde_json::from_str(self.0.get()).unwrap_or_default()
    }

    /// Returns how many bytes the text has.
    pub fn size(&self) -> usize {
        self.0.get().len()
    }

    /// Returns how deep the value nests: 0 for one that contains nothing.
    pub fn depth(&self) -> usize {
        let mut scan = Scan::default();
        self.0.get().bytes().for_each(|byte| scan.read(byte));
        scan.deepest
    }
}

impl From<Value> for Params {
    fn from(value: Value) -> Self {
        // A value has no part that could not be written.
        Self(to_raw_value(&value).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }
}

/// The same text.
impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// Reads JSON text, of which it counts the brackets.
#[derive(Default)]
struct Scan {
    depth: usize,
    deepest: usize,
    within: Within,
}

#[derive(Default, PartialEq)]
enum Within {
    #[default]
    Nothing,
    Text,
    /// In a text, after a backslash.
    Escape,
}

impl Scan {
    const fn read(&mut self, byte: u8) {
        match (&self.within, byte) {
            (Within::Nothing, b'[' | b'{') => self.go_down(),
            (Within::Nothing, b']' | b'}') => self.depth = self.depth.saturating_sub(1),
            (Within::Nothing, b'"') | (Within::Escape, _) => self.within = Within::Text,
            (Within::Text, b'"') => self.within = Within::Nothing,
            (Within::Text, b'\\') => self.within = Within::Escape,
            _ => {}
        }
    }

    const fn go_down(&mut self) {
        self.depth = self.depth.saturating_add(1);
        if self.depth > self.deepest {
            self.deepest = self.depth;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::depth_of;

    /// The fault: a bracket in a text that counts, or one behind a quote that does not.
    #[test]
    fn the_text_nests_as_deep_as_the_value() {
        for value in [
            json!(null),
            json!([]),
            json!({"a": "[[[", "b": [1, [2]]}),
            json!({"\"{[": ["\\", "\\\"", [[{}]]]}),
        ] {
            let params = Params::from(value.clone());
            assert_eq!(params.depth(), depth_of(&value), "{value}");
            assert_eq!(params.value(), value);
        }
    }
}
