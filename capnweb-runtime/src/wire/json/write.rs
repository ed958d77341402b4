//! Writing JSON text the way the JavaScript implementation does (protocol F-5, F-7).

use super::node::Json;
use super::scan::plain_prefix;
use crate::ids::safe_integer;

/// Appends a string literal: nothing is escaped that need not be.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.reserve(text.len().saturating_add(AFTER_TEXT));
    out.push('"');
    let mut rest = text;
    loop {
        let length = plain_prefix(rest.as_bytes());
        let (plain, special) = rest.split_at_checked(length).unwrap_or_default();
        out.push_str(plain);
        let Some(byte) = special.as_bytes().first() else {
            break;
        };
        write_escape(out, *byte);
        rest = special.get(1..).unwrap_or_default();
    }
    out.push('"');
}

/// Appends a quote, a backslash or a control character, escaped.
fn write_escape(out: &mut String, byte: u8) {
    let short = match byte {
        0x8 => 'b',
        b'\t' => 't',
        b'\n' => 'n',
        0xc => 'f',
        b'\r' => 'r',
        b'"' | b'\\' => char::from(byte),
        _ => {
            out.push_str("\\u00");
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 0xf));
            return;
        }
    };
    out.push('\\');
    out.push(short);
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

/// Appends a number as ECMAScript's `Number::toString` spells it: −0 as `0`, and like
/// `JSON.stringify` `null` for what is not finite.
pub(crate) fn write_number(out: &mut String, number: f64) {
    if let Some(integer) = safe_integer(number) {
        out.push_str(itoa::Buffer::new().format(integer));
    } else if number.is_finite() {
        out.push_str(ryu_js::Buffer::new().format_finite(number));
    } else {
        out.push_str("null");
    }
}

/// Returns the JSON text of a value, cut to 256 characters (protocol L-28). The work is bounded
/// too: however large the value, only its beginning is written.
pub(crate) fn excerpt(json: Json<'_>) -> String {
    let mut text = String::new();
    write_start(&mut text, json);
    cut(&text, EXCERPT_LENGTH).to_owned()
}

/// Writes a value, stopping soon after enough characters for an excerpt are there. An open
/// container has written a bracket, so nesting ends as well.
fn write_start(out: &mut String, json: Json<'_>) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(number) => write_number(out, number),
        Json::String(text) => write_string(out, cut(text, EXCERPT_LENGTH)),
        Json::Array(elements) => write_sequence(out, ['[', ']'], elements, write_start),
        Json::Object(members) => {
            write_sequence(out, ['{', '}'], members, |out, (key, value)| {
                write_string(out, cut(key, EXCERPT_LENGTH));
                out.push(':');
                write_start(out, value);
            });
        }
    }
}

fn write_sequence<T>(
    out: &mut String,
    [start, end]: [char; 2],
    items: impl Iterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    out.push(start);
    for (at, item) in items.enumerate() {
        if out.len() > EXCERPT_BYTES {
            return;
        }
        if at > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(end);
}

/// Returns the first `length` characters.
fn cut(text: &str, length: usize) -> &str {
    let end = text.char_indices().nth(length).map(|(at, _)| at);
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// Room for what follows a text in a message: growing once more would copy a long one.
pub(crate) const AFTER_TEXT: usize = 32;

const EXCERPT_LENGTH: usize = 256;

/// A text of more bytes than this has at least as many characters as an excerpt.
const EXCERPT_BYTES: usize = EXCERPT_LENGTH * 4;
