//! The names of tasks, workers and accounts: 128 random bits, written as text with a prefix.
//!
//! An id designates and never authorises; that it cannot be guessed is a second line of defence.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
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
                f.write_str(Text::of($prefix, self.0).as_str())
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
                serializer.serialize_str(Text::of($prefix, self.0).as_str())
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

id! {
    /// The name of an account, such as `account_` and 26 letters and digits.
    AccountId, "account_"
}

/// An id as text, which is made without asking for memory: ids are written with every change.
struct Text {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Text {
    /// How many bytes the longest prefix and the digits have, or more.
    const MAX: usize = 40;

    fn of(prefix: &'static str, bits: u128) -> Self {
        let digits = digits(bits);
        let text = prefix.bytes().chain(digits);
        let mut bytes = [0; Self::MAX];
        for (to, byte) in bytes.iter_mut().zip(text) {
            *to = byte;
        }
        let len = prefix.len().saturating_add(digits.len());
        Self { bytes, len }
    }

    fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.len).map(str::from_utf8);
        text.and_then(Result::ok).unwrap_or_default()
    }
}

fn digits(bits: u128) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    // From the last to the first, twelve out of 60 bits: with wide numbers it takes several times as long.
    let parts = digits.rchunks_mut(12).zip([0, 60, 120]);
    for (part, shift) in parts {
        let mut rest = u64::try_from((bits >> shift) & ((1 << 60) - 1)).unwrap_or_default();
        for digit in part.iter_mut().rev() {
            let letter = usize::try_from(rest & 31).ok();
            let letter = letter.and_then(|at| ALPHABET.get(at));
            *digit = letter.copied().unwrap_or_default();
            rest >>= 5;
        }
    }
    digits
}

/// A map by ids.
///
/// They are drawn at random, by the queue itself: nobody can choose one so that it falls where others
/// are, and they need not be mixed any further.
pub type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Hashes ids by what they are. Other keys it hashes badly.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // That of a fence, beside an id; and the ids of tests, which are small numbers.
        self.0 = (self.0 ^ number).wrapping_mul(ODD).rotate_left(32);
    }

    fn write_u128(&mut self, bits: u128) {
        let halves = [bits >> 64, bits & u128::from(u64::MAX)];
        for half in halves {
            self.write_u64(u64::try_from(half).unwrap_or_default());
        }
    }
}

/// An odd number with as many ones as zeros, more or less: multiplying by it loses nothing.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

fn read_bits(text: &str) -> Option<u128> {
    if text.len() != DIGITS {
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

const DIGITS: usize = 26;

/// Digits and lower-case letters without those that are read for another (i, l, o, u).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher as _;

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

    /// The fault: neighbours that share a place in every map, as the number itself would make them.
    #[test]
    fn ids_next_to_each_other_fall_in_different_places() {
        let hash = |bits: u128| BuildHasherDefault::<IdHasher>::default().hash_one(TaskId(bits));
        let lowest: HashSet<_> = (0..128_u128).map(|bits| hash(bits) & 0x3ff).collect();
        let highest: HashSet<_> = (0..128_u128).map(|bits| hash(bits << 64) >> 57).collect();
        assert!(lowest.len() > 100, "{}", lowest.len());
        assert!(highest.len() > 40, "{}", highest.len());
    }

    #[test]
    fn ids_travel_as_text() {
        let id = TaskId::generate(&mut Fixed(1));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, r#""task_00000000000000000000000001""#);
        assert_eq!(serde_json::from_str::<TaskId>(&json).unwrap(), id);
    }
}
