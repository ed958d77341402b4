//! How many bytes something has, as it is written.

use serde::{Serialize, Serializer};

use super::number::{Number, as_number};
use super::word::Word;

/// A number of bytes, which can be written with a unit, such as `256MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Size(pub(in crate::cli) u64);

impl Word for Size {
    const ALLOWED: &'static str =
        "a number of bytes from 1 on, or of `KiB`, `MiB`, `GiB` or `TiB`, such as `256MiB`";

    fn read(text: &str) -> Option<Self> {
        let digits = text.find(|character: char| !character.is_ascii_digit());
        let (count, unit) = text.split_at_checked(digits.unwrap_or(text.len()))?;
        let each = match unit {
            "" | "B" => 1,
            unit => UNITS.iter().find(|known| known.0 == unit)?.1,
        };
        let bytes = count.parse::<u64>().ok()?.checked_mul(each)?;
        // More cannot be written in TOML.
        (1..=i64::MAX.unsigned_abs())
            .contains(&bytes)
            .then_some(Self(bytes))
    }

    /// Writes it in the largest unit of which it is a multiple.
    fn write(&self) -> String {
        match UNITS.iter().find(|unit| self.0.is_multiple_of(unit.1)) {
            Some((unit, each)) => format!("{}{unit}", self.0.checked_div(*each).unwrap_or(self.0)),
            None => self.0.to_string(),
        }
    }
}

impl Number for Size {
    const ALLOWED: &'static str = <Self as Word>::ALLOWED;

    fn of(number: u64) -> Self {
        Self(number)
    }

    fn number(self) -> u64 {
        self.0
    }

    fn read(text: &str) -> Option<Self> {
        Word::read(text)
    }
}

as_number!(Size);

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.write())
    }
}

/// The units with their bytes, the largest first.
const UNITS: [(&str, u64); 4] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
];
