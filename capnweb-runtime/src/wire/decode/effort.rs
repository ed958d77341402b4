//! How long it takes to read a message.

use super::message::decode;
use super::plain::plain;
use crate::limits::Limits;
use crate::wire::error::DecodeError;
use crate::wire::message::Message;

/// Reads a message, unless that may take long.
pub(crate) fn decode_at_once(text: &str, limits: &Limits) -> Option<Result<Message, DecodeError>> {
    let is_long = text.len() > SHORT;
    if is_long && text.len() <= LONG.min(limits.max_message_size) {
        // Bytes, mostly, of which not even the values need to be counted.
        if let Some(message) = plain(text, limits) {
            return Some(Ok(message));
        }
    }
    is_quick(text).then(|| decode(text, limits))
}

/// Returns whether a text is read in a moment, which is some milliseconds of the dearest there is.
///
/// It is many small values that take time, and escapes. A long text without them, as one that
/// brings bytes, takes little more than a copy of it.
fn is_quick(text: &str) -> bool {
    text.len() <= SHORT || text.len() <= LONG && marks(text.as_bytes()) <= MOST_MARKS
}

/// Counts what begins a value or an escape, wherever it stands.
fn marks(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<64>();
    let blocks = blocks.iter().map(|block| marks_within(block));
    blocks.fold(marks_within(rest), usize::saturating_add)
}

/// Counts them in a block that is not too long for it; vector instructions do.
fn marks_within(block: &[u8]) -> usize {
    let marks = block.iter().map(|byte| u8::from(is_mark(*byte)));
    marks.fold(0, u8::wrapping_add).into()
}

/// Whether a byte is one of `,`, `[`, `{` and `\`, or `|`, which costs nothing to take for one.
const fn is_mark(byte: u8) -> bool {
    byte == b',' || (byte | 0x20).wrapping_sub(b'{') <= 1
}

/// How many bytes of anything are read in a moment.
const SHORT: usize = 32 * 1024;

/// How many bytes are, if there are few values in them.
const LONG: usize = 256 * 1024;

/// How many values that is.
const MOST_MARKS: usize = 4096;

#[cfg(test)]
mod tests {
    use super::{LONG, MOST_MARKS, SHORT, is_mark, is_quick, marks};

    #[test]
    fn a_mark_is_what_begins_a_value_or_an_escape() {
        let all = (0..=u8::MAX).filter(|byte| is_mark(*byte));
        assert_eq!(all.collect::<Vec<_>>(), b",[\\{|");
        for length in [0, 1, 63, 64, 65, 200] {
            assert_eq!(marks(&vec![b'['; length]), length);
            assert_eq!(marks(&vec![b'A'; length]), 0);
        }
    }

    /// A message that takes long keeps all sessions of its thread waiting.
    #[test]
    fn many_values_are_no_matter_of_a_moment() {
        let filler = "x".repeat(SHORT);
        for part in [",", "[", "{", "\\"] {
            let text = |count| format!("{filler}{}", part.repeat(count));
            assert!(is_quick(&text(MOST_MARKS)), "{part}");
            assert!(!is_quick(&text(MOST_MARKS + 1)), "{part}");
        }
        assert!(is_quick(&",".repeat(SHORT)));
        assert!(is_quick(&"x".repeat(LONG)));
        assert!(!is_quick(&"x".repeat(LONG + 1)));
    }
}
