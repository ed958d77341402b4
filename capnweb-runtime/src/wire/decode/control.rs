//! The two messages that come with every call and carry nothing but numbers.
//!
//! They are recognised as JavaScript writes them, without white space. In any other spelling they
//! are read like all messages.

use crate::ids::WireId;
use crate::wire::json::short_integer;
use crate::wire::message::Message;

/// Reads a `pull` or a `release` that is spelled in the usual way.
pub(super) fn control(text: &str) -> Option<Message> {
    let text = text.as_bytes().strip_prefix(b"[\"")?;
    if let Some(text) = text.strip_prefix(b"pull\",") {
        let (id, end) = short_integer(text)?;
        return (end == b"]").then_some(Message::Pull(WireId(id)));
    }
    let (id, text) = short_integer(text.strip_prefix(b"release\",")?)?;
    let (count, end) = short_integer(text.strip_prefix(b",")?)?;
    (end == b"]").then_some(Message::Release(WireId(id), count))
}

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
        for number in [
            "0",
            "1",
            "-0",
            "-1",
            "10",
            "999999999999999",
            "-123456789012345",
        ] {
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
