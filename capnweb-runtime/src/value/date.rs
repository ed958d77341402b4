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

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Date {
    fn from(time: jiff::Timestamp) -> Self {
        Self::from_millis(time.as_millisecond())
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Date> for jiff::Timestamp {
    type Error = InvalidDate;

    /// Fails for the invalid date, and beyond the years −9999 to 9999.
    fn try_from(date: Date) -> Result<Self, InvalidDate> {
        let ms = date.0.ok_or(InvalidDate)?;
        Self::from_millisecond(ms).map_err(|_| InvalidDate)
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> From<chrono::DateTime<Z>> for Date {
    fn from(time: chrono::DateTime<Z>) -> Self {
        Self::from_millis(time.timestamp_millis())
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Date> for chrono::DateTime<chrono::Utc> {
    type Error = InvalidDate;

    /// Fails for the invalid date, and beyond the years −262143 to 262142.
    fn try_from(date: Date) -> Result<Self, InvalidDate> {
        let ms = date.0.ok_or(InvalidDate)?;
        Self::from_timestamp_millis(ms).ok_or(InvalidDate)
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, InvalidDate, MAX_MS};

    /// Dates that every clock has, and what each of the others does not.
    fn agrees<T>()
    where
        T: TryFrom<Date, Error = InvalidDate> + Into<Date> + std::fmt::Debug,
    {
        for ms in [0, 1, -1, 1_700_000_000_123, -62_135_596_800_000] {
            let date = Date::from_millis(ms);
            assert_eq!(T::try_from(date).unwrap().into(), date);
        }
        assert!(T::try_from(Date::INVALID).is_err());
    }

    #[test]
    fn w14_dates_are_those_of_the_systems_clock() {
        agrees::<std::time::SystemTime>();
        let date = Date::from_millis(MAX_MS + 1);
        assert_eq!(date, Date::INVALID);
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn w14_dates_are_those_of_jiff_but_it_has_fewer() {
        agrees::<jiff::Timestamp>();
        let last = Date::from_millis(MAX_MS);
        assert_eq!(jiff::Timestamp::try_from(last), Err(InvalidDate));
        assert_eq!(
            Date::from(jiff::Timestamp::MAX).millis(),
            Some(253_402_207_200_999)
        );
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn w14_dates_are_those_of_chrono_but_it_has_fewer() {
        agrees::<chrono::DateTime<chrono::Utc>>();
        let last = Date::from_millis(MAX_MS);
        assert_eq!(chrono::DateTime::try_from(last), Err(InvalidDate));
    }
}
