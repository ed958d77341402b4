//! Under which part of the storage a grant is.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What the keys of a part of the storage begin with; nothing, for the whole of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prefix(Option<Arc<str>>);

impl Prefix {
    /// The whole storage.
    pub const WHOLE: Self = Self(None);

    /// How long the prefix of a grant can be, in bytes.
    pub const MAX: usize = 256;

    /// Creates a prefix of that text.
    pub fn new(text: &str) -> Self {
        Self((!text.is_empty()).then(|| text.into()))
    }

    /// Returns the prefix of what is called `inner` in the part of this one.
    #[must_use]
    pub fn join(&self, inner: &Self) -> Self {
        match (&self.0, &inner.0) {
            (None, _) => inner.clone(),
            (_, None) => self.clone(),
            (Some(outer), Some(inner)) => Self(Some(format!("{outer}{inner}").into())),
        }
    }

    /// Returns the prefix of what is in both parts, if anything can be.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Option<Self> {
        if self.as_str().starts_with(other.as_str()) {
            Some(self.clone())
        } else {
            let is_within = other.as_str().starts_with(self.as_str());
            is_within.then(|| other.clone())
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Returns whether it is that of the whole storage.
    pub const fn is_whole(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
