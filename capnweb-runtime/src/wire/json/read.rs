//! Reading JSON text.
//!
//! This reader exists because no JSON library does all that the protocol asks for: a nesting cap
//! that is given and far above the usual one (F-6), `1e400` read as +∞ (F-7), unpaired surrogates
//! read as U+FFFD (F-8), of a repeated key the last value at the first place (F-5), and otherwise
//! the members in textual order (F-9). Beyond that it is strict RFC 8259.
//!
//! Open arrays and objects stand in a list, not on the stack: no text can overflow it.

use super::node::Json;
use super::scan::plain_prefix;
use crate::value::merge_duplicates;

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

impl Json {
    /// Reads a whole text, of however many values.
    #[cfg(test)]
    pub(crate) fn parse(text: &str, max_depth: usize) -> Result<Self, JsonError> {
        Self::parse_within(text, max_depth, usize::MAX)
    }

    /// Reads a whole text of so many values, arrays and objects being values too.
    ///
    /// It may nest `max_depth` levels, but never more than 2,048: what is done with the tree
    /// afterwards, dropping it included, does use the stack.
    pub(crate) fn parse_within(
        text: &str,
        max_depth: usize,
        max_values: usize,
    ) -> Result<Self, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let mut nesting = Nesting {
            open: Vec::new(),
            max_depth: max_depth.min(DEPTH_CEILING),
        };
        for _ in 0..max_values {
            if let Some(value) = reader.value(&mut nesting)?
                && let Some(root) = reader.attach(value, &mut nesting)?
            {
                reader.end()?;
                return Ok(root);
            }
        }
        Err(JsonError::TooManyValues { max: max_values })
    }
}

/// The arrays and objects whose end has not been read, innermost last.
struct Nesting {
    open: Vec<Open>,
    max_depth: usize,
}

/// An array so far; or an object so far, and the key of its next member.
enum Open {
    Array(Vec<Json>),
    Object(Vec<(String, Json)>, String),
}

impl Nesting {
    fn enter(&self) -> Result<(), JsonError> {
        let max = self.max_depth;
        if self.open.len() >= max {
            return Err(JsonError::TooDeep { max });
        }
        Ok(())
    }

    /// Ends the innermost container.
    fn leave(&mut self) -> Option<Json> {
        self.open.pop().map(|container| match container {
            Open::Array(items) => Json::Array(items),
            Open::Object(mut members, _) => {
                merge_duplicates(&mut members);
                Json::Object(members)
            }
        })
    }
}

/// A text, read up to some point, which is always a character boundary.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Reads one complete value, or opens a container and stands before its first value.
    fn value(&mut self, nesting: &mut Nesting) -> Result<Option<Json>, JsonError> {
        match self.peek_token() {
            Some(b'"') => self.string().map(Json::String).map(Some),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number).map(Some),
            Some(b'{') => self.open_object(nesting),
            Some(b'[') => self.open_array(nesting),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Puts a complete value into the innermost open container, and closes all that end with it.
    /// Returns the outermost value once that is complete.
    fn attach(
        &mut self,
        mut value: Json,
        nesting: &mut Nesting,
    ) -> Result<Option<Json>, JsonError> {
        loop {
            match nesting.open.last_mut() {
                None => return Ok(Some(value)),
                Some(Open::Array(items)) => {
                    items.push(value);
                    if self.separator(b']', "`,` or `]`")? {
                        return Ok(None);
                    }
                }
                Some(Open::Object(members, key)) => {
                    members.push((std::mem::take(key), value));
                    if self.separator(b'}', "`,` or `}`")? {
                        *key = self.key()?;
                        return Ok(None);
                    }
                }
            }
            value = nesting.leave().unwrap_or_default();
        }
    }

    fn open_array(&mut self, nesting: &mut Nesting) -> Result<Option<Json>, JsonError> {
        nesting.enter()?;
        self.skip(1);
        if self.eat_token(b']') {
            return Ok(Some(Json::Array(Vec::new())));
        }
        nesting.open.push(Open::Array(Vec::new()));
        Ok(None)
    }

    fn open_object(&mut self, nesting: &mut Nesting) -> Result<Option<Json>, JsonError> {
        nesting.enter()?;
        self.skip(1);
        if self.eat_token(b'}') {
            return Ok(Some(Json::Object(Vec::new())));
        }
        let key = self.key()?;
        nesting.open.push(Open::Object(Vec::new(), key));
        Ok(None)
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

    fn key(&mut self) -> Result<String, JsonError> {
        if self.peek_token() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = self.string()?;
        if !self.eat_token(b':') {
            return Err(self.unexpected("`:`"));
        }
        Ok(key)
    }

    fn word(&mut self, word: &'static str, value: Json) -> Result<Option<Json>, JsonError> {
        if !self.rest().starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.skip(word.len());
        Ok(Some(value))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.skip(1);
        let run = self.plain_run();
        if self.eat(b'"') {
            return Ok(run.to_owned());
        }
        let mut string = run.to_owned();
        while !self.eat(b'"') {
            if !self.eat(b'\\') {
                return Err(self.unexpected("a character or `\"`"));
            }
            let character = self.escape()?;
            string.push(character);
            string.push_str(self.plain_run());
        }
        Ok(string)
    }

    fn plain_run(&mut self) -> &'a str {
        let start = self.at;
        self.skip(plain_prefix(self.rest().as_bytes()));
        self.since(start)
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
            && let Some(after) = self.rest().strip_prefix("\\u")
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
        let integer = self.digits("a digit")?;
        if integer.len() > 1 && integer.starts_with('0') {
            return Err(self.unexpected("a number without leading zeros"));
        }
        let fraction = self.fraction()?;
        if !self.exponent()?
            && let Some(magnitude) = short_decimal(integer, fraction)
        {
            return Ok(if negative { -magnitude } else { magnitude });
        }
        let number = self.since(start).parse();
        number.map_err(|_| self.unexpected("a number"))
    }

    fn fraction(&mut self) -> Result<&'a str, JsonError> {
        if self.eat(b'.') {
            return self.digits("a digit after the decimal point");
        }
        Ok("")
    }

    /// Skips an exponent; returns whether there was one.
    fn exponent(&mut self) -> Result<bool, JsonError> {
        let present = self.eat(b'e') || self.eat(b'E');
        if present {
            let _signed = self.eat(b'+') || self.eat(b'-');
            self.digits("a digit of the exponent")?;
        }
        Ok(present)
    }

    fn digits(&mut self, expected: &'static str) -> Result<&'a str, JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.skip(1);
        }
        match self.since(start) {
            "" => Err(self.unexpected(expected)),
            digits => Ok(digits),
        }
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

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> JsonError {
        let at = self.at;
        JsonError::Unexpected { expected, at }
    }
}

fn code_unit(text: &str) -> Option<u16> {
    let digits = text.get(..4)?;
    // Without this check the next line would also read a sign.
    digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Reads a decimal of so few digits that both it without its point and the power of ten to divide
/// by are exact doubles: then their quotient is the nearest double.
fn short_decimal(integer: &str, fraction: &str) -> Option<f64> {
    if integer.len().saturating_add(fraction.len()) > EXACT_DIGITS {
        return None;
    }
    let digits = integer.bytes().chain(fraction.bytes());
    let whole = digits.fold(0_u64, |sum, digit| {
        let digit = u64::from(digit.wrapping_sub(b'0'));
        sum.wrapping_mul(10).wrapping_add(digit)
    });
    #[allow(clippy::cast_precision_loss, reason = "below 10¹⁵, thus exact")]
    let whole = whole as f64;
    POWERS_OF_TEN.get(fraction.len()).map(|power| whole / power)
}

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// All integers of this many digits are exact doubles.
const EXACT_DIGITS: usize = 15;

const POWERS_OF_TEN: [f64; EXACT_DIGITS + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

const DEPTH_CEILING: usize = 2048;
