//! What others have said, in a form that is safe to print.

use std::borrow::Cow;

use crate::model::Timestamp;

/// Returns a text without anything by which a terminal could be told something: control characters
/// are written as they are in a program.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    Cow::Owned(plain)
}

/// Returns the time of the day in UTC.
pub(super) fn time_of_day(at: Timestamp) -> String {
    let millis = at.as_millis() % MILLIS_A_DAY;
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}

const MILLIS_A_DAY: u64 = 24 * 60 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight() {
        let time = |millis| time_of_day(Timestamp::from_millis(millis));
        assert_eq!(time(0), "00:00:00.000");
        assert_eq!(time(MILLIS_A_DAY - 1), "23:59:59.999");
        assert_eq!(time(MILLIS_A_DAY), "00:00:00.000");
    }

    #[test]
    fn what_is_plain_stays_as_it_is() {
        assert_eq!(plain("ä “quoted” 𝄞"), "ä “quoted” 𝄞");
        assert_eq!(plain("a\tb\u{1b}"), "a\\tb\\u{1b}");
    }
}
