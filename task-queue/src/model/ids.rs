//! The names of tasks and workers: 128 random bits, written as text with a prefix.
//!
//! An id designates and never authorises; that it cannot be guessed is a second line of defence.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A source of unpredictable bits.
pub trait Entropy {
    /// Returns 128 fresh bits.
    fn draw(&mut self) -> u128;
}

/// Text that is no id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an id: `{prefix}` and 26 letters and digits were expected")]
pub struct IdSyntax {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// Creates a fresh id.
            pub fn generate(source: &mut impl Entropy) -> Self {
                Self(source.draw())
            }

            /// Returns the id of these bits.
            pub const fn of_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// Returns the bits of the id.
            pub const fn bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                write_bits(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdSyntax;

            fn from_str(text: &str) -> Result<Self, IdSyntax> {
                text.strip_prefix($prefix)
                    .and_then(read_bits)
                    .map(Self)
                    .ok_or(IdSyntax { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

id! {
    /// The name of a task, such as `task_` and 26 letters and digits.
    TaskId, "task_"
}

id! {
    /// The name of a schedule, such as `schedule_` and 26 letters and digits.
    ScheduleId, "schedule_"
}

id! {
    /// The name of a worker, such as `worker_` and 26 letters and digits.
    WorkerId, "worker_"
}

fn write_bits(bits: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for place in (0..DIGITS).rev() {
        let index = (bits >> (place * 5)) & 31;
        let digit = usize::try_from(index).ok().and_then(|at| ALPHABET.get(at));
        let digit = digit.copied().unwrap_or_default();
        fmt::Write::write_char(f, char::from(digit))?;
    }
    Ok(())
}

fn read_bits(text: &str) -> Option<u128> {
    if text.len() != 26 {
        return None;
    }
    text.bytes().try_fold(0u128, |bits, byte| {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        let digit = u128::try_from(digit).ok()?;
        // 26 digits hold 130 bits: what the first one has too many makes another spelling of the
        // same id, and there shall be one.
        (bits >> 123 == 0).then_some((bits << 5) | digit)
    })
}

const DIGITS: u32 = 26;

/// Digits and lower-case letters without those that are read for another (i, l, o, u).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u128);

    impl Entropy for Fixed {
        fn draw(&mut self) -> u128 {
            self.0
        }
    }

    #[test]
    fn text_and_back_keeps_every_bit() {
        for bits in [0, 1, u128::MAX, 0x0123_4567_89ab_cdef_0011_2233_4455_6677] {
            let id = TaskId::generate(&mut Fixed(bits));
            assert_eq!(id.to_string().parse::<TaskId>(), Ok(id));
            assert_eq!(id.bits(), bits);
        }
    }

    #[test]
    fn an_id_of_another_kind_or_spelling_is_refused() {
        let worker = WorkerId::generate(&mut Fixed(7)).to_string();
        assert!(worker.parse::<TaskId>().is_err());
        assert!("task_".parse::<TaskId>().is_err());
        assert!("task_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<TaskId>().is_err());
        assert!("task_0000000000000000000000000O".parse::<TaskId>().is_err());
        assert!("task_éééééééééééée".parse::<TaskId>().is_err());
    }

    #[test]
    fn ids_travel_as_text() {
        let id = TaskId::generate(&mut Fixed(1));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, r#""task_00000000000000000000000001""#);
        assert_eq!(serde_json::from_str::<TaskId>(&json).unwrap(), id);
    }
}
