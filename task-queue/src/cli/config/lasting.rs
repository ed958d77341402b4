//! How long something lasts, as it is written.

use std::time::Duration;

use super::word::Word;

/// A time that is written as a number and a unit, such as `24h`; at least a millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Lasting(pub(in crate::cli) Duration);

impl Word for Lasting {
    const ALLOWED: &'static str =
        "a number from 1 on and one of `ms`, `s`, `m`, `h` and `d`, such as `24h`";

    fn read(text: &str) -> Option<Self> {
        let digits = text.find(|character: char| !character.is_ascii_digit())?;
        let (count, unit) = text.split_at_checked(digits)?;
        let millis = UNITS.iter().find(|known| known.0 == unit)?.1;
        let millis = count.parse::<u64>().ok()?.checked_mul(millis)?;
        (millis > 0).then_some(Self(Duration::from_millis(millis)))
    }

    /// Writes it in the largest unit of which it is a multiple.
    fn write(&self) -> String {
        let millis = self.0.as_millis();
        let fits = |unit: &&(&str, u64)| millis.is_multiple_of(u128::from(unit.1));
        let (unit, each) = UNITS.iter().find(fits).unwrap_or(&("ms", 1));
        let count = millis.checked_div(u128::from(*each)).unwrap_or(millis);
        format!("{count}{unit}")
    }
}

/// The units with their milliseconds, the largest first.
pub(super) const UNITS: [(&str, u64); 5] = [
    ("d", 24 * 60 * 60 * 1_000),
    ("h", 60 * 60 * 1_000),
    ("m", 60 * 1_000),
    ("s", 1_000),
    ("ms", 1),
];
