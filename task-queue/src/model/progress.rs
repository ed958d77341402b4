//! How far a task has come.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How far a task has come: a number from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Progress(f64);

/// A number that says nothing about progress, because it is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("progress must be a number from 0 to 1")]
pub struct NotAProgress;

impl Progress {
    /// Nothing is done.
    pub const NONE: Self = Self(0.0);

    /// Everything is done.
    pub const DONE: Self = Self(1.0);

    /// Creates a progress; one below 0 counts as 0 and one above 1 as 1.
    pub fn new(fraction: f64) -> Result<Self, NotAProgress> {
        if fraction.is_nan() {
            return Err(NotAProgress);
        }
        Ok(Self(fraction.clamp(0.0, 1.0)))
    }

    /// Returns the progress as a number from 0 to 1.
    pub const fn fraction(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Progress {
    type Error = NotAProgress;

    fn try_from(fraction: f64) -> Result<Self, NotAProgress> {
        Self::new(fraction)
    }
}

impl From<Progress> for f64 {
    fn from(progress: Progress) -> Self {
        progress.fraction()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_stays_within_its_bounds() {
        assert_eq!(Progress::new(7.0), Ok(Progress::DONE));
        assert_eq!(Progress::new(f64::NEG_INFINITY), Ok(Progress::NONE));
        assert_eq!(Progress::new(f64::NAN), Err(NotAProgress));
    }
}
