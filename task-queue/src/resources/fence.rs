//! Tokens by which a resource tells the holder of a lock from a former one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number that is greater for every later holder of a lock.
///
/// Whoever writes under a lock shows its token; what has seen a greater one refuses. So a holder
/// that has slept past its lock's expiry can do no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(u64);

impl FencingToken {
    /// The first token there is.
    pub const FIRST: Self = Self(1);

    /// Creates a token from its number, as it comes back from a holder.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// Returns the token after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FencingToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
