//! Reading JSON text.
//!
//! This reader exists because no JSON library does all that the protocol asks for: a nesting cap
//! that is given and far above the usual one (F-6), `1e400` read as +∞ (F-7), unpaired surrogates
//! read as U+FFFD (F-8), of a repeated key the last value at the first place (F-5), and otherwise
//! the members in textual order (F-9). Beyond that it is strict RFC 8259.
//!
//! Open arrays and objects stand in a list, not on the stack: no text can overflow it. What is read
//! goes onto a [`Tape`].

use super::integer::{EXACT_DIGITS, short_integer};
use super::scan::plain_prefix;
use super::tape::{Container, Node, Range, Tape};

/// Why a text is not read as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// Something else stands where the grammar wants this.
    #[error("Expected {expected} at byte {at} of the JSON text")]
    Unexpected {
        /// What the grammar wants.
        expected: &'static str,
        /// Where, in bytes from the beginning.
        at: usize,
    },
    /// Arrays and objects nest deeper than allowed.
    #[error("JSON text exceeds maximum allowed nesting of {max}")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// There are more values in it than allowed.
    #[error("JSON text exceeds maximum allowed number of {max} values")]
    TooManyValues {
        /// The limit.
        max: usize,
    },
}

/// A text, read up to some point, which is always a character boundary.
pub(super) struct Reader<'a, 't> {
    text: &'a str,
    rest: &'a [u8],
    tape: &'t mut Tape,
    max_depth: usize,
}

impl<'a, 't> Reader<'a, 't> {
    pub(super) const fn new(text: &'a str, tape: &'t mut Tape, max_depth: usize) -> Self {
        Self {
            text,
            rest: text.as_bytes(),
            tape,
            max_depth,
        }
    }

    /// Reads the whole text onto the tape.
    pub(super) fn read(&mut self, max_values: usize) -> Result<(), JsonError> {
        for _ in 0..max_values {
            if self.value()? == Progress::Complete && self.attach()? == Progress::Complete {
                return self.end();
            }
        }
        Err(JsonError::TooManyValues { max: max_values })
    }

    /// Reads one complete value, or opens a container and stands before its first value.
    fn value(&mut self) -> Result<Progress, JsonError> {
        match self.token() {
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'{') => return self.open_object(),
            Some(b'[') => return self.open_array(),
            Some(b't') => self.word(b"true", Node::Bool(true))?,
            Some(b'f') => self.word(b"false", Node::Bool(false))?,
            Some(b'n') => self.word(b"null", Node::Null)?,
            _ => return Err(self.unexpected("a value")),
        }
        Ok(Progress::Complete)
    }

    /// Puts a complete value into the innermost open container, and closes all that end with it.
    /// Complete is then the whole text.
    fn attach(&mut self) -> Result<Progress, JsonError> {
        while let Some(container) = self.tape.count() {
            let (end, expected) = match container {
                Container::Array => (b']', "`,` or `]`"),
                Container::Object => (b'}', "`,` or `}`"),
            };
            if self.eat_token(b',') {
                if container == Container::Object {
                    self.key()?;
                }
                return Ok(Progress::Inside);
            }
            if !self.eat(end) {
                return Err(self.unexpected(expected));
            }
            self.tape.close(self.text);
        }
        Ok(Progress::Complete)
    }

    fn open_array(&mut self) -> Result<Progress, JsonError> {
        self.open(Container::Array)?;
        if self.eat_token(b']') {
            self.tape.close(self.text);
            return Ok(Progress::Complete);
        }
        Ok(Progress::Inside)
    }

    fn open_object(&mut self) -> Result<Progress, JsonError> {
        self.open(Container::Object)?;
        if self.eat_token(b'}') {
            self.tape.close(self.text);
            return Ok(Progress::Complete);
        }
        self.key()?;
        Ok(Progress::Inside)
    }

    fn open(&mut self, container: Container) -> Result<(), JsonError> {
        let max = self.max_depth;
        if self.tape.depth() >= max {
            return Err(JsonError::TooDeep { max });
        }
        self.skip(1);
        self.tape.open(container);
        Ok(())
    }

    fn key(&mut self) -> Result<(), JsonError> {
        if self.token() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        self.string()?;
        if !self.eat_token(b':') {
            return Err(self.unexpected("`:`"));
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8], value: Node) -> Result<(), JsonError> {
        self.rest = self
            .rest
            .strip_prefix(word)
            .ok_or_else(|| self.unexpected("a value"))?;
        self.tape.push(value);
        Ok(())
    }

    fn string(&mut self) -> Result<(), JsonError> {
        self.skip(1);
        let plain = self.plain();
        if !self.eat(b'"') {
            return self.string_with_escapes(plain);
        }
        self.tape.push(Node::Text(plain));
        Ok(())
    }

    /// Reads the rest of a string that begins with some plain characters.
    #[cold]
    fn string_with_escapes(&mut self, plain: Range) -> Result<(), JsonError> {
        let start = self.tape.unescaped().len();
        self.tape.unescaped().push_str(plain.of(self.text));
        while !self.eat(b'"') {
            if !self.eat(b'\\') {
                return Err(self.unexpected("a character or `\"`"));
            }
            let character = self.escape()?;
            let plain = self.plain();
            let string = self.tape.unescaped();
            string.push(character);
            string.push_str(plain.of(self.text));
        }
        let end = self.tape.unescaped().len();
        self.tape.push(Node::Unescaped(Range { start, end }));
        Ok(())
    }

    /// Skips what stands for itself in a string.
    fn plain(&mut self) -> Range {
        let start = self.at();
        self.skip(plain_prefix(self.rest));
        let end = self.at();
        Range { start, end }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.rest.first() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.skip(1);
                return self.unicode_escape();
            }
            _ => return Err(self.unexpected("an escaped character")),
        };
        self.skip(1);
        Ok(character)
    }

    /// Reads the digits of `\uXXXX`, and those of the `\uXXXX` that follows if the two are a
    /// surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = code_unit(self.rest).ok_or_else(|| self.unexpected("four hex digits"))?;
        self.skip(4);
        if let 0xd800..0xdc00 = unit
            && let Some(after) = self.rest.strip_prefix(b"\\u")
            && let Some(low @ 0xdc00..0xe000) = code_unit(after)
        {
            self.skip("\\uXXXX".len());
            let mut pair = char::decode_utf16([unit, low]);
            return Ok(pair.next().and_then(Result::ok).unwrap_or(REPLACEMENT));
        }
        Ok(char::from_u32(u32::from(unit)).unwrap_or(REPLACEMENT))
    }

    fn number(&mut self) -> Result<(), JsonError> {
        let number = match short_integer(self.rest) {
            Some((number, rest)) => {
                self.rest = rest;
                number
            }
            None => self.any_number()?,
        };
        self.tape.push(Node::Number(number));
        Ok(())
    }

    #[inline(never)]
    fn any_number(&mut self) -> Result<f64, JsonError> {
        let start = self.at();
        let negative = self.eat(b'-');
        let leads_with_zero = self.rest.first() == Some(&b'0');
        let integer = self.digits(Digits::default(), "a digit")?;
        if leads_with_zero && integer.count > 1 {
            return Err(self.unexpected("a number without leading zeros"));
        }
        let all = self.fraction(integer)?;
        if !self.exponent()?
            && let Some(magnitude) = all.short_decimal(all.count.saturating_sub(integer.count))
        {
            return Ok(if negative { -magnitude } else { magnitude });
        }
        let end = self.at();
        let number = Range { start, end }.of(self.text).parse();
        number.map_err(|_| self.unexpected("a number"))
    }

    /// Reads the digits after the point, if there is one; returns them behind those before it.
    fn fraction(&mut self, integer: Digits) -> Result<Digits, JsonError> {
        if self.eat(b'.') {
            return self.digits(integer, "a digit after the decimal point");
        }
        Ok(integer)
    }

    /// Skips an exponent; returns whether there was one.
    fn exponent(&mut self) -> Result<bool, JsonError> {
        let present = self.eat(b'e') || self.eat(b'E');
        if present {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits(Digits::default(), "a digit of the exponent")?;
        }
        Ok(present)
    }

    /// Reads digits, one at least, and appends them to others.
    fn digits(&mut self, before: Digits, expected: &'static str) -> Result<Digits, JsonError> {
        let mut digits = before;
        for byte in self.rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            digits.push(digit);
        }
        if digits.count == before.count {
            return Err(self.unexpected(expected));
        }
        self.skip(digits.count.wrapping_sub(before.count));
        Ok(digits)
    }

    fn end(&mut self) -> Result<(), JsonError> {
        match self.token() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Skips white space and returns the byte that follows it.
    fn token(&mut self) -> Option<u8> {
        match self.rest.first() {
            Some(byte) if *byte > b' ' => Some(*byte),
            _ => self.token_after_space(),
        }
    }

    #[cold]
    fn token_after_space(&mut self) -> Option<u8> {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn eat_token(&mut self, byte: u8) -> bool {
        self.token() == Some(byte) && self.eat(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        if let [first, rest @ ..] = self.rest
            && *first == byte
        {
            self.rest = rest;
            return true;
        }
        false
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Returns how many bytes have been read.
    const fn at(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    const fn unexpected(&self, expected: &'static str) -> JsonError {
        let at = self.at();
        JsonError::Unexpected { expected, at }
    }
}

/// Reads four hexadecimal digits.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.first_chunk::<4>()?.iter();
    digits.copied().try_fold(0_u16, |unit, digit| {
        let digit = char::from(digit).to_digit(16)?;
        Some((unit << 4) | u16::try_from(digit).ok()?)
    })
}

/// How far the reading of a value has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// It is read.
    Complete,
    /// What is in it is still to be read.
    Inside,
}

/// The digits of a number so far; the sum of very many is wrong, and not used.
#[derive(Debug, Clone, Copy, Default)]
struct Digits {
    count: usize,
    sum: i64,
}

impl Digits {
    const fn push(&mut self, digit: u8) {
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_mul(10).wrapping_add(digit as i64);
    }

    /// Returns the decimal with so many of these digits after the point, if they are so few that
    /// both it without its point and the power of ten to divide by are exact doubles: then their
    /// quotient is the nearest double.
    fn short_decimal(self, fraction: usize) -> Option<f64> {
        if self.count > EXACT_DIGITS {
            return None;
        }
        #[allow(clippy::cast_precision_loss, reason = "below 10¹⁵, thus exact")]
        let whole = self.sum as f64;
        POWERS_OF_TEN.get(fraction).map(|power| whole / power)
    }
}

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];
