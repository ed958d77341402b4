//! Points in time.

use std::time::{Duration, SystemTime};

/// The largest distance from the epoch that a JavaScript date can have, in milliseconds.
const MAX_MS: i64 = 8_640_000_000_000_000;

/// A JavaScript `Date`: whole milliseconds since the Unix epoch, or invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Option<i64>);

impl Date {
    /// The invalid date.
    pub const INVALID: Self = Self(None);

    /// Creates a date from milliseconds since the epoch; invalid beyond ±8.64e15.
    pub const fn from_millis(ms: i64) -> Self {
        if ms < -MAX_MS || ms > MAX_MS {
            Self(None)
        } else {
            Self(Some(ms))
        }
    }

    /// Creates a date from what JavaScript takes as its time value: a fraction is cut off, what is
    /// out of range or not finite makes the date invalid.
    pub fn from_time_value(ms: f64) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "MAX_MS is an exact double")]
        let in_range = ms.abs() <= MAX_MS as f64;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "in range, and cutting is meant"
        )]
        let whole = ms as i64;
        Self(in_range.then_some(whole))
    }

    /// Returns what JavaScript gives as its time value: NaN for the invalid date.
    pub fn to_time_value(self) -> f64 {
        #[allow(
            clippy::cast_precision_loss,
            reason = "dates end where doubles are still exact"
        )]
        self.0.map_or(f64::NAN, |ms| ms as f64)
    }

    /// Returns the milliseconds since the epoch, or `None` for the invalid date.
    pub const fn millis(self) -> Option<i64> {
        self.0
    }
}

impl From<SystemTime> for Date {
    fn from(time: SystemTime) -> Self {
        let ms = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).ok(),
            Err(before) => i64::try_from(before.duration().as_millis())
                .ok()
                .map(|ms| -ms),
        };
        ms.map_or(Self::INVALID, Self::from_millis)
    }
}

/// The invalid date has no place on the system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the date is invalid")]
pub struct InvalidDate;

impl TryFrom<Date> for SystemTime {
    type Error = InvalidDate;

    fn try_from(date: Date) -> Result<Self, InvalidDate> {
        let ms = date.0.ok_or(InvalidDate)?;
        let distance = Duration::from_millis(ms.unsigned_abs());
        let time = if ms < 0 {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        };
        time.ok_or(InvalidDate)
    }
}
