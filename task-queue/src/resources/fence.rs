//! Tokens by which a resource tells the holder of a lock from a former one.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::future::BoxFuture;

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

/// Tokens in a row that somebody has for itself: nobody else has got them, nor ever will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRange {
    /// The first of them.
    pub first: FencingToken,
    /// The one after the last.
    pub end: FencingToken,
}

/// Where tokens come from, so that they grow beyond a restart.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// Sets tokens aside, durably: greater than all that were set aside before, and than all that
    /// any writer has shown.
    ///
    /// # Cancel safety
    ///
    /// Tokens that were set aside for a future that was dropped are lost, which harms nobody.
    fn set_aside(&self, count: u64) -> BoxFuture<'_, Result<TokenRange, NoTokens>>;
}

/// No tokens could be set aside, since that could not be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no lock can be given: the tokens of locks cannot be stored")]
pub struct NoTokens;

impl TokenRange {
    /// The tokens after `last`, as many as that.
    pub const fn after(last: Option<FencingToken>, count: u64) -> Self {
        let first = match last {
            Some(last) => last.next(),
            None => FencingToken::FIRST,
        };
        let end = FencingToken(first.0.saturating_add(count));
        Self { first, end }
    }
}
