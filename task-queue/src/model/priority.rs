//! How urgent a task is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{SpecError, whole};

/// How urgent a task is: from 0 to 100, 50 if nothing is said.
///
/// Each point is worth a minute of waiting: a task goes before those of 25 points less that have
/// waited up to 25 minutes longer. So nothing starves: after 100 minutes at most, no task that is
/// submitted later goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// Less urgent than usual: 25.
    pub const LOW: Self = Self(25);

    /// As urgent as most: 50.
    pub const NORMAL: Self = Self(50);

    /// More urgent than usual: 75.
    pub const HIGH: Self = Self(75);

    /// Creates a priority, if the number is one: from 0 to 100.
    pub fn new(points: u8) -> Option<Self> {
        (points <= 100).then_some(Self(points))
    }

    /// Returns the priority as a number from 0 to 100.
    pub const fn points(self) -> u8 {
        self.0
    }

    /// Returns by how many milliseconds a task is taken to have waited longer than it has.
    pub(crate) fn head_start_ms(self) -> i64 {
        let points = i64::from(self.0).saturating_sub(i64::from(Self::NORMAL.0));
        points.saturating_mul(60_000)
    }

    /// Reads the parameter `priority`: a number, or `low`, `normal` or `high`.
    pub(super) fn from_params(params: &Value) -> Result<Self, SpecError> {
        let number = match params.get("priority") {
            None | Some(Value::Null) => return Ok(Self::NORMAL),
            Some(Value::String(word)) => return Self::of_word(word).ok_or(SpecError::Priority),
            Some(number) => number,
        };
        let points = whole(number).and_then(|points| u8::try_from(points).ok());
        points.and_then(Self::new).ok_or(SpecError::Priority)
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "low" => Some(Self::LOW),
            "normal" => Some(Self::NORMAL),
            "high" => Some(Self::HIGH),
            _ => None,
        }
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::NORMAL
    }
}
