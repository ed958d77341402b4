//! Why something does not pass.

use std::sync::Arc;

/// Why something does not pass a guard or a membrane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial(Looks);

/// What it looks like to whoever is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Looks {
    Denied(Arc<str>),
    Absent,
}

impl Denial {
    /// Denies with a reason, which the caller is told: it gets an
    /// [`Error::Denied`](crate::Error::Denied).
    pub fn new(reason: impl Into<Arc<str>>) -> Self {
        Self(Looks::Denied(reason.into()))
    }

    /// Denies as if there were nothing: the caller gets what it would get for a name that never
    /// existed, to the byte.
    pub const fn absent() -> Self {
        Self(Looks::Absent)
    }

    /// Returns the reason; `None` if it is to look like absence.
    pub fn reason(&self) -> Option<&str> {
        match &self.0 {
            Looks::Denied(reason) => Some(reason),
            Looks::Absent => None,
        }
    }

    /// Returns the reason, like [`reason`](Self::reason), to be kept.
    pub(crate) fn into_reason(self) -> Option<Arc<str>> {
        match self.0 {
            Looks::Denied(reason) => Some(reason),
            Looks::Absent => None,
        }
    }
}
