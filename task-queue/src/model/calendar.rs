//! Points in time that come again: cron expressions in a time zone.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp as Instant, ToSpan as _};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::Timestamp;

/// A cron expression of five fields, in a time zone.
///
/// The fields are minute (0–59), hour (0–23), day of the month (1–31), month (1–12 or `jan`–`dec`)
/// and day of the week (0–7 or `sun`–`sat`; 0 and 7 are Sunday). Each is `*`, a number, a range
/// `a-b`, either with a step `/n`, or several of them with commas between. If both days say
/// something, a day that fits one of them is one.
///
/// The times are those of clocks on the wall. Where clocks are put forward over a time, it is as
/// many minutes later; where they are put back, a time that is twice there counts the first time.
/// Only with `*` or `*/n` as the hour they go by what has passed: those that are put forward over
/// are left out, and those that are there twice count twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Calendar {
    written: Written,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
    zone: TimeZone,
}

/// A calendar as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Written {
    cron: String,
    zone: String,
}

/// Why something is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// The expression has not five fields.
    #[error("a cron expression has five fields: minute, hour, day, month, day of the week")]
    Fields,
    /// A field is none.
    #[error("`{text}` is no {field} of a cron expression")]
    Field {
        /// Which.
        field: &'static str,
        /// What is there; of a long text, the beginning.
        text: String,
    },
    /// There is no such time zone.
    #[error("unknown time zone: `{0}` (names are such as `Europe/Zurich` or `UTC`)")]
    Zone(String),
    /// There is no such day in any month that is named.
    #[error("the cron expression names no day that there is")]
    Never,
}

/// The numbers that a field of an expression allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Field {
    allowed: u64,
    /// Whether it begins with a `*`.
    is_any: bool,
}

impl Calendar {
    /// Reads a cron expression and the name of a time zone, of which the data is part of the
    /// program.
    pub fn new(cron: &str, zone: &str) -> Result<Self, CalendarError> {
        let fields: Vec<_> = cron.split_ascii_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(CalendarError::Fields);
        };
        let zones = TimeZoneDatabase::bundled();
        let known = zones
            .get(zone)
            .map_err(|_| CalendarError::Zone(short(zone)))?;
        let mut weekdays = Field::read("day of the week", weekday, 0..=7, &WEEKDAYS)?;
        // Sunday has two numbers.
        weekdays.allowed = (weekdays.allowed | weekdays.allowed >> 7) & 0x7f;
        let calendar = Self {
            written: Written {
                cron: fields.join(" "),
                zone: zone.to_owned(),
            },
            minutes: Field::read("minute", minute, 0..=59, &[])?,
            hours: Field::read("hour", hour, 0..=23, &[])?,
            days: Field::read("day of the month", day, 1..=31, &[])?,
            months: Field::read("month", month, 1..=12, &MONTHS)?,
            weekdays,
            zone: known,
        };
        calendar.check_days()?;
        Ok(calendar)
    }

    /// Returns the expression.
    pub fn cron(&self) -> &str {
        &self.written.cron
    }

    /// Returns the name of the time zone.
    pub fn zone(&self) -> &str {
        &self.written.zone
    }

    /// Returns the first of its points in time after that one; `None` if there is none before the
    /// end of time, which is in the year 9999.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let millis = i64::try_from(after.as_millis()).ok()?;
        let after = Instant::from_millisecond(millis).ok()?;
        // A day can begin late, or end twice: the day before is looked at as well.
        let first = self.zone.to_datetime(after).date().yesterday().ok()?;
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take(HORIZON);
        let mut fitting = days.filter(|day| self.fits(*day));
        let next = fitting.find_map(|day| self.first_of_day(day, after))?;
        u64::try_from(next.as_millisecond())
            .ok()
            .map(Timestamp::from_millis)
    }

    /// Returns whether there are times on that day.
    fn fits(&self, day: Date) -> bool {
        let is_day = self.days.allows(day.day());
        let is_weekday = self.weekdays.allows(day.weekday().to_sunday_zero_offset());
        let fits = match (self.days.is_any, self.weekdays.is_any) {
            (false, false) => is_day || is_weekday,
            _ => is_day && is_weekday,
        };
        fits && self.months.allows(day.month())
    }

    fn first_of_day(&self, day: Date, after: Instant) -> Option<Instant> {
        let hours = (0..24).filter(|hour| self.hours.allows(*hour));
        let times = hours.flat_map(|hour| {
            let minutes = (0..60).filter(|minute| self.minutes.allows(*minute));
            minutes.map(move |minute| day.at(hour, minute, 0, 0))
        });
        let instants = times.flat_map(|time| self.instants(time));
        instants.filter(|instant| *instant > after).min()
    }

    /// Returns the points in time at which clocks on the wall show that time, as far as they count.
    fn instants(&self, time: DateTime) -> impl Iterator<Item = Instant> {
        let goes_by_what_passes = self.hours.is_any;
        let offsets = match self.zone.to_ambiguous_timestamp(time).offset() {
            AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
            // With the offset from before the change it is as much later.
            AmbiguousOffset::Gap { before, .. } => [(!goes_by_what_passes).then_some(before), None],
            AmbiguousOffset::Fold { before, after } => {
                [Some(before), goes_by_what_passes.then_some(after)]
            }
        };
        let instant = move |offset: jiff::tz::Offset| offset.to_timestamp(time).ok();
        offsets.into_iter().flatten().filter_map(instant)
    }

    /// Refuses days that there are not, such as the 30th of February.
    fn check_days(&self) -> Result<(), CalendarError> {
        // Eight years have every date at least once, but for leap days at the turn of a century.
        let first = Date::constant(2000, 1, 1);
        let end = first.saturating_add(8.years());
        let mut days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let mut days = days.by_ref().take_while(|day| *day < end);
        if days.any(|day| self.fits(day)) {
            return Ok(());
        }
        Err(CalendarError::Never)
    }
}

impl Field {
    fn read(
        field: &'static str,
        text: &str,
        range: std::ops::RangeInclusive<u8>,
        names: &[&str],
    ) -> Result<Self, CalendarError> {
        let wrong = || CalendarError::Field {
            field,
            text: short(text),
        };
        let mut allowed = 0_u64;
        for part in text.split(',') {
            allowed |= part_of(part, &range, names).ok_or_else(wrong)?;
        }
        Ok(Self {
            allowed,
            is_any: text.starts_with('*'),
        })
    }

    fn allows(self, number: i8) -> bool {
        let bit = u32::try_from(number)
            .ok()
            .and_then(|number| 1_u64.checked_shl(number));
        bit.is_some_and(|bit| self.allowed & bit != 0)
    }
}

impl TryFrom<Written> for Calendar {
    type Error = CalendarError;

    fn try_from(written: Written) -> Result<Self, CalendarError> {
        Self::new(&written.cron, &written.zone)
    }
}

impl From<Calendar> for Written {
    fn from(calendar: Calendar) -> Self {
        calendar.written
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cron(), self.zone())
    }
}

/// Reads a number, a range or a star, each with a step or not; returns a bit for each number.
fn part_of(part: &str, range: &std::ops::RangeInclusive<u8>, names: &[&str]) -> Option<u64> {
    let (numbers, step) = match part.split_once('/') {
        Some((numbers, step)) => (numbers, Some(step.parse::<usize>().ok()?)),
        None => (part, None),
    };
    let number = |text: &str| number_of(text, range, names);
    let (first, last) = match numbers.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None if numbers == "*" => (*range.start(), *range.end()),
        // From there on, if there is a step.
        None if step.is_some() => (number(numbers)?, *range.end()),
        None => (number(numbers)?, number(numbers)?),
    };
    let step = step.unwrap_or(1);
    if first > last || step == 0 {
        return None;
    }
    let bits = (first..=last).step_by(step);
    bits.map(|number| 1_u64.checked_shl(u32::from(number)))
        .try_fold(0, |bits, bit| Some(bits | bit?))
}

fn number_of(text: &str, range: &std::ops::RangeInclusive<u8>, names: &[&str]) -> Option<u8> {
    let name = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let number = match name {
        // The months have names and begin with 1, the days of the week with 0.
        Some(place) => u8::try_from(place).ok()?.saturating_add(*range.start()),
        None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok()?,
        None => return None,
    };
    range.contains(&number).then_some(number)
}

fn short(text: &str) -> String {
    text.chars().take(64).collect()
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// How many days are looked at: the longest time between two leap days is eight years.
const HORIZON: usize = 366 * 9;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let instant: Instant = text.parse().unwrap();
        Timestamp::from_millis(u64::try_from(instant.as_millisecond()).unwrap())
    }

    /// The first points after a time, in UTC without the seconds.
    fn next(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let calendar = Calendar::new(cron, zone).unwrap();
        let first = calendar.next_after(at(after));
        let points = std::iter::successors(first, |point| calendar.next_after(*point));
        let points = points.take(count);
        points
            .map(|point| point.to_string()[..16].to_owned())
            .collect()
    }

    #[test]
    fn fields_say_which_minutes_hours_and_days() {
        let after = "2026-11-23T19:31:40Z";
        assert_eq!(
            next("* * * * *", "UTC", after, 2),
            ["2026-11-23 19:32", "2026-11-23 19:33"]
        );
        assert_eq!(
            next("*/20 6-7 * * *", "UTC", after, 4),
            [
                "2026-11-24 06:00",
                "2026-11-24 06:20",
                "2026-11-24 06:40",
                "2026-11-24 07:00"
            ]
        );
        assert_eq!(
            next("0 9 * * mon-fri", "UTC", "2026-11-27T10:00:00Z", 2),
            ["2026-11-30 09:00", "2026-12-01 09:00"]
        );
        assert_eq!(
            next("5,10 0 1 Jan *", "UTC", after, 2),
            ["2027-01-01 00:05", "2027-01-01 00:10"]
        );
        assert_eq!(
            next("0 0 * * 7", "UTC", after, 1),
            next("0 0 * * 0", "UTC", after, 1)
        );
        assert_eq!(
            next("50/5 0 * * *", "UTC", after, 2),
            ["2026-11-24 00:50", "2026-11-24 00:55"]
        );
    }

    #[test]
    fn of_two_kinds_of_days_one_is_enough() {
        let points = next("0 0 13 * fri", "UTC", "2026-11-06T12:00:00Z", 3);
        assert_eq!(
            points,
            ["2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00"]
        );
        let points = next("0 0 13 * *", "UTC", "2026-11-06T12:00:00Z", 2);
        assert_eq!(points, ["2026-11-13 00:00", "2026-12-13 00:00"]);
    }

    #[test]
    fn leap_days_come_also_after_a_century_without() {
        let points = next("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 2);
        assert_eq!(points, ["2104-02-29 00:00", "2108-02-29 00:00"]);
    }

    /// In Zurich clocks go from 02:00 to 03:00 on 2026-03-29, which is 01:00 in UTC.
    #[test]
    fn a_time_that_clocks_are_put_forward_over_is_an_hour_later() {
        let points = next("30 2 * * *", "Europe/Zurich", "2026-03-27T12:00:00Z", 3);
        assert_eq!(
            points,
            ["2026-03-28 01:30", "2026-03-29 01:30", "2026-03-30 00:30"]
        );
        let points = next("*/30 * * * *", "Europe/Zurich", "2026-03-29T00:29:00Z", 3);
        assert_eq!(
            points,
            ["2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30"]
        );
    }

    /// In Zurich clocks go from 03:00 back to 02:00 on 2026-10-25, which is 01:00 in UTC.
    #[test]
    fn a_time_that_is_there_twice_counts_once_unless_every_hour_counts() {
        let points = next("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", 2);
        assert_eq!(points, ["2026-10-25 00:30", "2026-10-26 01:30"]);
        let points = next("30 * * * *", "Europe/Zurich", "2026-10-24T23:45:00Z", 3);
        assert_eq!(
            points,
            ["2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 02:30"]
        );
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        for cron in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 8",
            "5-1 * * * *",
            "*/0 * * * *",
            "a * * * *",
            "+5 * * * *",
            "1,,2 * * * *",
            "* * 30 2 *",
            "* * * * monday",
            "1/ * * * *",
        ] {
            assert!(Calendar::new(cron, "UTC").is_err(), "{cron}");
        }
        let unknown = Calendar::new("* * * * *", "Atlantis/Capital");
        assert_eq!(
            unknown,
            Err(CalendarError::Zone("Atlantis/Capital".to_owned()))
        );
    }

    #[test]
    fn the_end_of_time_is_the_end() {
        let calendar = Calendar::new("* * * * *", "UTC").unwrap();
        assert_eq!(calendar.next_after(Timestamp::from_millis(u64::MAX)), None);
        assert_eq!(
            calendar.next_after(at("9999-12-30T00:00:00Z")),
            Some(at("9999-12-30T00:01:00Z"))
        );
    }

    #[test]
    fn a_calendar_survives_the_way_through_text() {
        let calendar = Calendar::new(" 0  9 * * mon ", "Europe/Zurich").unwrap();
        let text = serde_json::to_string(&calendar).unwrap();
        assert_eq!(text, r#"{"cron":"0 9 * * mon","zone":"Europe/Zurich"}"#);
        assert_eq!(serde_json::from_str::<Calendar>(&text).unwrap(), calendar);
    }
}
