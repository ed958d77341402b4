//! Integers of any size.

use std::fmt;
use std::str::FromStr;

/// A JavaScript `bigint`: an integer of any size.
///
/// Rust integers travel as JavaScript numbers and are refused beyond ±(2⁵³−1); use this type where
/// larger ones occur. It wraps [`num_bigint::BigInt`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BigInt(num_bigint::BigInt);

/// The text is not an integer in the grammar of JavaScript's `BigInt(text)`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Cannot convert the text to a BigInt")]
pub struct ParseBigIntError;

impl BigInt {
    /// Returns the arbitrary-precision integer.
    pub fn into_inner(self) -> num_bigint::BigInt {
        self.0
    }

    /// Borrows the arbitrary-precision integer.
    pub const fn as_inner(&self) -> &num_bigint::BigInt {
        &self.0
    }
}

impl FromStr for BigInt {
    type Err = ParseBigIntError;

    /// Reads what JavaScript's `BigInt(text)` reads: surrounding white space, an optional sign and
    /// decimal digits, or `0x`/`0o`/`0b` digits without a sign; the empty text is 0.
    fn from_str(text: &str) -> Result<Self, ParseBigIntError> {
        let text = text.trim_matches(is_white_space);
        let (radix, digits) = match text.as_bytes() {
            [] => return Ok(Self::default()),
            [b'0', b'x' | b'X', ..] => (16, text.get(2..)),
            [b'0', b'o' | b'O', ..] => (8, text.get(2..)),
            [b'0', b'b' | b'B', ..] => (2, text.get(2..)),
            _ => (10, Some(text)),
        };
        let digits = digits.ok_or(ParseBigIntError)?;
        let unsigned = match digits.strip_prefix(['+', '-']) {
            Some(unsigned) if radix == 10 => unsigned,
            Some(_) => return Err(ParseBigIntError),
            None => digits,
        };
        // num-bigint also reads `_` between digits and further signs; JavaScript does not.
        if unsigned.is_empty() || !unsigned.chars().all(|c| c.is_digit(radix)) {
            return Err(ParseBigIntError);
        }
        num_bigint::BigInt::parse_bytes(digits.as_bytes(), radix)
            .map(Self)
            .ok_or(ParseBigIntError)
    }
}

/// Whether JavaScript trims this character: Unicode's white space with two differences.
fn is_white_space(character: char) -> bool {
    match character {
        '\u{feff}' => true,
        '\u{85}' => false,
        _ => character.is_whitespace(),
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<N: Into<num_bigint::BigInt>> From<N> for BigInt {
    fn from(number: N) -> Self {
        Self(number.into())
    }
}
