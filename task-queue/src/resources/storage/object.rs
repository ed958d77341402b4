//! An object as it lies in its file: a line about it, then its value.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resources::FencingToken;

/// A value with the version it was read at.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The value.
    pub value: Value,
    /// Changes with every write, also where the value stays the same.
    pub version: Version,
}

/// The number of a write among all of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(u64);

/// What is known about an object without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) version: Version,
    /// The greatest token that a writer has shown.
    pub(super) token: Option<FencingToken>,
}

impl Version {
    /// Creates a version from its number, as it comes back from a reader.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the version after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Header {
    /// Writes the file of an object whose value is that JSON text.
    pub(super) fn file(self, value: &[u8]) -> serde_json::Result<Vec<u8>> {
        let mut file = serde_json::to_vec(&self)?;
        file.push(b'\n');
        file.extend_from_slice(value);
        Ok(file)
    }

    /// Reads the first line of a file.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

impl Object {
    /// Reads a file.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let end = file.iter().position(|&byte| byte == b'\n')?;
        let (line, value) = file.split_at_checked(end)?;
        Some(Self {
            value: serde_json::from_slice(value).ok()?,
            version: Header::read(line)?.version,
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
