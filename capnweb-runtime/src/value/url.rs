//! Addresses of the web.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

/// A JavaScript `URL`: always absolute, and normalized as the WHATWG says.
///
/// It wraps [`url::Url`], to which it dereferences.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Url(
    /// Boxed, so that a value takes no more room where it is something else.
    Box<url::Url>,
);

impl Url {
    /// Returns the parsed address.
    pub fn into_inner(self) -> url::Url {
        *self.0
    }
}

impl Deref for Url {
    type Target = url::Url;

    fn deref(&self) -> &url::Url {
        &self.0
    }
}

impl FromStr for Url {
    type Err = url::ParseError;

    /// Reads an absolute address, like JavaScript's `new URL(text)`.
    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        text.parse().map(|url| Self(Box::new(url)))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<url::Url> for Url {
    fn from(url: url::Url) -> Self {
        Self(Box::new(url))
    }
}

impl From<Url> for url::Url {
    fn from(url: Url) -> Self {
        *url.0
    }
}
