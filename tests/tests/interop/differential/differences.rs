//! Where this side means to differ from the reference.

use super::verdict::Verdict;

/// Returns the requirement by which two verdicts may differ.
pub(super) fn intended(
    conversation: &[String],
    ours: &Verdict,
    reference: &Verdict,
) -> Option<&'static str> {
    match (ours, reference) {
        (_, Verdict::Aborted { .. }) if rejects(conversation) => {
            Some("S-33: a failure is not read once nobody waits for it any more")
        }
        (Verdict::Aborted { text, .. }, _) if hardened(text).is_some() => hardened(text),
        (
            Verdict::Aborted { class, text },
            Verdict::Aborted {
                class: theirs,
                text: other,
            },
        ) => (class == theirs)
            .then(|| echoed(text, other))
            .flatten()
            .or_else(|| engine_specific(text))
            .or_else(|| first_fault(conversation, other)),
        (
            Verdict::Accepted { seen, answers },
            Verdict::Accepted {
                seen: others,
                answers: other_answers,
            },
        ) => {
            let names_dropped = |message: &String| {
                DROPPED
                    .iter()
                    .any(|key| message.contains(&format!("\"{key}\":")))
            };
            let drops = conversation.iter().any(names_dropped);
            let is_refused = |answer: &String| REFUSED.iter().any(|text| answer.contains(text));
            if other_answers.iter().any(is_refused) {
                return Some("B-3, C-4: a stub is a value wherever it stands");
            }
            if conversation
                .iter()
                .any(|message| message.contains(r#"["constructor""#))
            {
                return Some("C-14: what is read of a failure fails, whatever its name");
            }
            if drops {
                return Some("B-29: what is dropped comes back when it settles");
            }
            let sorted = |seen: &str| {
                let mut lines: Vec<String> = seen.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            let same = sorted(seen) == sorted(others) && answers == other_answers;
            same.then_some("C-42: what waits for an argument has no place in the order")
        }
        _ => None,
    }
}

/// When the promise that fails is let go of is a matter of turns.
fn rejects(conversation: &[String]) -> bool {
    let is_rejection = |message: &String| message.starts_with(r#"["reject",-"#);
    conversation.iter().any(is_rejection)
}

/// What the reference takes, and has its tables spoilt by.
fn hardened(text: &str) -> Option<&'static str> {
    let ours = [
        ("introduced ids must be negative", "B-11, W-42"),
        ("release count must be a positive", "B-12, S-21"),
        ("resolved something that is not", "B-13, S-34"),
        ("The bytes are not correctly encoded", "B-21, W-23"),
    ];
    let found = ours.iter().find(|(begin, _)| text.starts_with(begin));
    found.map(|(_, id)| *id)
}

/// Of several faults, which is found first.
fn first_fault(conversation: &[String], other: &str) -> Option<&'static str> {
    if other.starts_with("no such entry on exports table") {
        return Some("W-4: a message is read before any of it is evaluated");
    }
    let has_numbers_for_keys = conversation
        .iter()
        .any(|message| message.contains("\"10\":") || message.contains("\"2\":"));
    has_numbers_for_keys.then_some("F-9: members keep the order of the text")
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

/// How the reference fails where a stub of its own stands for a value.
const REFUSED: [&str; 2] = [
    "Can't dup an RpcTarget stub as a promise.",
    "Tried to resolve a non-promise stub.",
];
