//! Where this side means to differ from the reference.

use super::verdict::Verdict;

/// Returns the requirement by which two verdicts may differ.
pub(super) fn intended(
    conversation: &[String],
    ours: &Verdict,
    reference: &Verdict,
) -> Option<&'static str> {
    match (ours, reference) {
        (Verdict::Aborted { text, .. }, _) if hardened(text).is_some() => hardened(text),
        (
            Verdict::Aborted { class, text },
            Verdict::Aborted {
                class: theirs,
                text: other,
            },
        ) => {
            if class == theirs {
                engine_specific(text).or_else(|| echoed(text, other))
            } else {
                // A message is read to its end before any of it is evaluated.
                other
                    .starts_with("no such entry on exports table")
                    .then_some("W-4: read before it is evaluated")
            }
        }
        (Verdict::Accepted { .. }, Verdict::Accepted { .. }) => {
            let names_dropped = |message: &String| {
                DROPPED
                    .iter()
                    .any(|key| message.contains(&format!("\"{key}\":")))
            };
            let drops = conversation.iter().any(names_dropped);
            drops.then_some("B-29: what is dropped comes back when it settles")
        }
        _ => None,
    }
}

/// What the reference takes, and has its tables spoilt by.
fn hardened(text: &str) -> Option<&'static str> {
    let ours = [
        ("introduced ids must be negative", "B-11, W-42"),
        ("release count must be a positive", "B-12, S-21"),
        ("resolved something that is not", "B-13, S-34"),
    ];
    let found = ours.iter().find(|(begin, _)| text.starts_with(begin));
    found.map(|(_, id)| *id)
}

/// What is echoed has its members in the order of the text, and is cut.
fn echoed(text: &str, other: &str) -> Option<&'static str> {
    const CUT: usize = 256;
    let sorted = |text: &str| {
        let mut characters: Vec<char> = text.chars().collect();
        characters.sort_unstable();
        characters
    };
    let is_cut = text.len() >= CUT && other.starts_with(text);
    if is_cut {
        return Some("L-28: an echo is cut");
    }
    (sorted(text) == sorted(other)).then_some("F-9: members keep the order of the text")
}

/// What is wrong with some things, every engine says in its own words.
fn engine_specific(text: &str) -> Option<&'static str> {
    let begins = |begins: &[&str]| begins.iter().any(|begin| text.starts_with(begin));
    if begins(&["Expected "]) {
        return Some("F-4: what is no JSON");
    }
    begins(&[
        "Invalid URL",
        "Invalid value of the member",
        "Headers ",
        "A header",
        "Request ",
        "A request",
        "A no-cors",
        "A response",
        "Response",
    ])
    .then_some("W-32…W-35: what is no URL, request, …")
}

/// The members that no object has (W-19).
const DROPPED: [&str; 3] = ["__proto__", "toJSON", "valueOf"];
