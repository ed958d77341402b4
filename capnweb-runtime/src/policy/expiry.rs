//! An end in time.

use std::time::{Duration, Instant};

use super::{Crossing, Denial, Policy};

/// Until a moment, and not from it on.
///
/// It is about what begins: a call that has begun by then goes on.
#[derive(Debug, Clone, Copy)]
pub struct Expiry {
    /// None if that is too far away to be told.
    at: Option<tokio::time::Instant>,
}

impl Expiry {
    /// Admits everything for so long from now.
    pub fn after(duration: Duration) -> Self {
        Self {
            at: tokio::time::Instant::now().checked_add(duration),
        }
    }

    /// Admits everything until then.
    pub fn at(moment: Instant) -> Self {
        Self {
            at: Some(moment.into()),
        }
    }
}

impl Policy for Expiry {
    fn admit(&self, _: &Crossing<'_>) -> Result<(), Denial> {
        match self.at {
            Some(at) if tokio::time::Instant::now() >= at => Err(Denial::new("it has expired")),
            _ => Ok(()),
        }
    }

    fn looks_at_arguments(&self) -> bool {
        false
    }
}
