//! Text that fits into a record.

use std::fmt::{self, Display, Write};

/// Writes at most [`MAX_CHARS`] of something, in one line.
pub(crate) fn short(what: impl Display) -> String {
    let mut short = Short {
        text: String::new(),
        left: MAX_CHARS,
    };
    // It fails where there is no more room, which is what it is for.
    let _cut_off = write!(short, "{what}").is_err();
    short.text
}

struct Short {
    text: String,
    left: usize,
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(if char.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            });
        }
        Ok(())
    }
}

/// How much is kept of a name or a label.
const MAX_CHARS: usize = 256;

#[cfg(test)]
mod tests {
    use super::short;

    /// The fault: a peer that calls a member `x\nINFO all is well` writes lines of its own into a log, or
    /// one that calls a member with a name of a megabyte fills it.
    #[test]
    fn it_is_one_line_and_not_a_long_one() {
        assert_eq!(short("a\nb\u{1b}c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(short("ä".repeat(256)).chars().count(), 256);
        assert_eq!(short("ä".repeat(257)).chars().count(), 256);
    }
}
