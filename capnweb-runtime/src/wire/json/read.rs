//! Reading JSON text.
//!
//! This reader exists because no JSON library does all that the protocol asks for: a nesting cap
//! that is given and far above the usual one (F-6), `1e400` read as +∞ (F-7), unpaired surrogates
//! read as U+FFFD (F-8), of a repeated key the last value at the first place (F-5), and otherwise
//! the members in textual order (F-9). Beyond that it is strict RFC 8259.
//!
//! Open arrays and objects stand in a list, not on the stack: no text can overflow it. What is read
//! goes onto a [`Tape`].

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
    at: usize,
    tape: &'t mut Tape,
    max_depth: usize,
}

impl<'a, 't> Reader<'a, 't> {
    pub(super) const fn new(text: &'a str, tape: &'t mut Tape, max_depth: usize) -> Self {
        Self {
            text,
            at: 0,
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
        let node = match self.peek_token() {
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => Node::Number(self.number()?),
            Some(b'{') => return self.open_object(),
            Some(b'[') => return self.open_array(),
            Some(b't') => self.word("true", Node::Bool(true))?,
            Some(b'f') => self.word("false", Node::Bool(false))?,
            Some(b'n') => self.word("null", Node::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        self.tape.push(node);
        Ok(Progress::Complete)
    }

    /// Puts a complete value into the innermost open container, and closes all that end with it.
    /// Complete is then the whole text.
    fn attach(&mut self) -> Result<Progress, JsonError> {
        while let Some(container) = self.tape.count() {
            let follows = match container {
                Container::Array => self.separator(b']', "`,` or `]`")?,
                Container::Object => self.separator(b'}', "`,` or `}`")?,
            };
            if follows {
                if container == Container::Object {
                    self.key()?;
                }
                return Ok(Progress::Inside);
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

    /// Reads a comma (true) or the end of a container (false).
    fn separator(&mut self, end: u8, expected: &'static str) -> Result<bool, JsonError> {
        match self.peek_token() {
            Some(b',') => {
                self.skip(1);
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.skip(1);
                Ok(false)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    fn key(&mut self) -> Result<(), JsonError> {
        if self.peek_token() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = self.string()?;
        if !self.eat_token(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.tape.push(key);
        Ok(())
    }

    fn word(&mut self, word: &'static str, value: Node) -> Result<Node, JsonError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.skip(word.len());
        Ok(value)
    }

    fn string(&mut self) -> Result<Node, JsonError> {
        self.skip(1);
        let start = self.at;
        let end = self.skip_plain();
        if self.eat(b'"') {
            return Ok(Node::Text(Range { start, end }));
        }
        self.string_with_escapes(Range { start, end })
    }

    /// Reads the rest of a string that begins with some plain characters.
    fn string_with_escapes(&mut self, plain: Range) -> Result<Node, JsonError> {
        let start = self.tape.unescaped().len();
        self.tape.unescaped().push_str(plain.of(self.text));
        while !self.eat(b'"') {
            if !self.eat(b'\\') {
                return Err(self.unexpected("a character or `\"`"));
            }
            let character = self.escape()?;
            let start = self.at;
            let end = self.skip_plain();
            let plain = Range { start, end };
            let string = self.tape.unescaped();
            string.push(character);
            string.push_str(plain.of(self.text));
        }
        let end = self.tape.unescaped().len();
        Ok(Node::Unescaped(Range { start, end }))
    }

    /// Skips what stands for itself in a string; returns where that ends.
    fn skip_plain(&mut self) -> usize {
        self.skip(plain_prefix(self.rest()));
        self.at
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
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
        let unit = self.code_unit()?;
        if let 0xd800..0xdc00 = unit
            && let Some(after) = self.rest().strip_prefix(b"\\u")
            && let Some(low @ 0xdc00..0xe000) = code_unit(after)
        {
            self.skip("\\uXXXX".len());
            let mut pair = char::decode_utf16([unit, low]);
            return Ok(pair.next().and_then(Result::ok).unwrap_or(REPLACEMENT));
        }
        Ok(char::from_u32(u32::from(unit)).unwrap_or(REPLACEMENT))
    }

    fn code_unit(&mut self) -> Result<u16, JsonError> {
        let unit = code_unit(self.rest()).ok_or_else(|| self.unexpected("four hex digits"))?;
        self.skip(4);
        Ok(unit)
    }

    fn number(&mut self) -> Result<f64, JsonError> {
        let start = self.at;
        let negative = self.eat(b'-');
        let leads_with_zero = self.peek() == Some(b'0');
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
        let end = self.at;
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
    fn digits(&mut self, mut digits: Digits, expected: &'static str) -> Result<Digits, JsonError> {
        let before = digits.count;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            digits.push(digit);
            self.skip(1);
        }
        if digits.count == before {
            return Err(self.unexpected(expected));
        }
        Ok(digits)
    }

    fn end(&mut self) -> Result<(), JsonError> {
        match self.peek_token() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Skips white space and returns the byte that follows it.
    fn peek_token(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.skip(1);
        }
        self.peek()
    }

    fn eat_token(&mut self, byte: u8) -> bool {
        self.peek_token() == Some(byte) && self.eat(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.skip(1);
        }
        found
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> JsonError {
        let at = self.at;
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
    sum: u64,
}

impl Digits {
    const fn push(&mut self, digit: u8) {
        self.count = self.count.saturating_add(1);
        let digit = digit.wrapping_sub(b'0') as u64;
        self.sum = self.sum.wrapping_mul(10).wrapping_add(digit);
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

/// All integers of this many digits are exact doubles.
const EXACT_DIGITS: usize = 15;

const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];
