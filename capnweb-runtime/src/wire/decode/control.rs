//! The two messages that come with every call and carry nothing but numbers.
//!
//! They are recognised as JavaScript writes them, without white space. In any other spelling they
//! are read like all messages.

use crate::ids::WireId;
use crate::wire::message::Message;

/// Reads a `pull` or a `release` that is spelled in the usual way.
pub(super) fn control(text: &str) -> Option<Message> {
    let inside = text.strip_prefix("[\"")?.strip_suffix(']')?;
    if let Some(id) = inside.strip_prefix("pull\",") {
        return Some(Message::Pull(WireId(integer(id)?)));
    }
    let (id, count) = inside.strip_prefix("release\",")?.split_once(',')?;
    Some(Message::Release(WireId(integer(id)?), integer(count)?))
}

/// Reads an integer that is exact in a double, and no zero.
fn integer(text: &str) -> Option<f64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.starts_with('0') || digits.is_empty() || digits.len() > EXACT_DIGITS {
        return None;
    }
    let mut sum = 0_i64;
    for byte in digits.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        sum = sum.wrapping_mul(10).wrapping_add(digit.into());
    }
    #[allow(clippy::cast_precision_loss, reason = "below 10¹⁵, thus exact")]
    let magnitude = sum as f64;
    Some(if negative { -magnitude } else { magnitude })
}

/// All integers of this many digits are exact doubles.
const EXACT_DIGITS: usize = 15;

/// How many values such a message has, its array among them.
pub(super) const MOST_VALUES: usize = 4;

#[cfg(test)]
mod tests {
    use super::control;
    use crate::limits::Limits;
    use crate::wire::decode;

    /// One that is read here and means something else there would be two protocols.
    #[test]
    fn f3_what_is_recognised_is_what_is_read() {
        // With white space before it, every message is read the long way.
        let slow = |text: &str| decode(&format!(" {text}"), &Limits::default());
        for number in ["1", "-1", "10", "999999999999999", "-123456789012345"] {
            for text in [
                format!(r#"["pull",{number}]"#),
                format!(r#"["release",{number},1]"#),
                format!(r#"["release",1,{number}]"#),
            ] {
                assert_eq!(control(&text).map(Ok), Some(slow(&text)), "{text}");
            }
        }
    }

    #[test]
    fn f4_everything_else_is_read_the_long_way() {
        for number in [
            "",
            "0",
            "-0",
            "01",
            "-",
            "--1",
            "+1",
            "1.0",
            "1e3",
            "1 ",
            " 1",
            "9999999999999999",
            "x",
            "null",
            "1]",
            "[1",
        ] {
            for text in [
                format!(r#"["pull",{number}]"#),
                format!(r#"["release",{number},1]"#),
                format!(r#"["release",1,{number}]"#),
            ] {
                assert_eq!(control(&text), None, "{text}");
            }
        }
        for text in [
            r#"["pull",1,2]"#,
            r#"["pull"]"#,
            r#"["release",1]"#,
            r#"["release",1,2,3]"#,
            r#"["pulls",1]"#,
            r#" ["pull",1]"#,
            r#"["pull",1"#,
        ] {
            assert_eq!(control(text), None, "{text}");
        }
    }
}
