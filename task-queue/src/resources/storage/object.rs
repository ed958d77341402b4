//! What is under a key.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A value with the version it was read at.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The value.
    pub value: Value,
    /// Changes with every write, also where the value stays the same.
    pub version: Version,
}

/// Which write of an object it is: a text that says no more than whether it is the same one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(String);

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Its version.
    pub version: Version,
    /// How many bytes its content has.
    pub bytes: u64,
    /// What its content is.
    pub form: Form,
}

/// What the content of an object is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A JSON value.
    #[default]
    Value,
    /// Bytes, of whatever meaning.
    Bytes,
}

/// Some of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The keys, in order.
    pub keys: Vec<String>,
    /// After which key the next page begins, if this is not the last.
    pub next: Option<String>,
}

impl Version {
    /// Creates a version from its text, as it comes back from a reader.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Form {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde asks by reference whether to skip a field"
    )]
    pub(super) const fn is_value(&self) -> bool {
        matches!(self, Self::Value)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
