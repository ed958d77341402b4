//! The names of members.

use std::fmt;
use std::ops::Deref;

use smol_str::SmolStr;

/// The name of a member or method, cheap to clone.
///
/// One of up to 23 bytes, and one that is part of the program, takes no memory of its own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MemberName(SmolStr);

impl MemberName {
    /// Creates the name with this text.
    pub fn new(name: &str) -> Self {
        Self(SmolStr::new(name))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl Deref for MemberName {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl From<&'static str> for MemberName {
    fn from(name: &'static str) -> Self {
        Self(SmolStr::new_static(name))
    }
}

impl From<String> for MemberName {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}
