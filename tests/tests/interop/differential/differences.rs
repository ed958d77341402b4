//! Where this side means to differ from the reference.

use super::reasons::{FIRST_FAULT, PASSED_ON, RAW_STREAMS, Taken};
use super::verdict::{REST, Verdict};

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
        (_, Verdict::Aborted { text, .. }) if is_early(text) => {
            Some("S-30: what has settled is answered at once")
        }
        (Verdict::Aborted { text, .. }, _) if hardened(text).is_some() => hardened(text),
        (Verdict::Aborted { text, .. }, _) if is_of_a_stream(conversation, text) => {
            Some("S-38: what is part of a stream is gone once it is answered")
        }
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
                seen: other_seen,
                answers: other_answers,
            },
        ) => {
            let said = conversation.concat();
            Taken::new(said, (seen, answers), (other_seen, other_answers)).reason()
        }
        (Verdict::Accepted { .. }, Verdict::Aborted { text, .. }) => {
            text.starts_with(RAW_STREAMS).then_some(PASSED_ON)
        }
        (Verdict::Aborted { .. }, Verdict::Accepted { .. }) => None,
    }
}

/// When the promise that fails is let go of is a matter of turns.
fn rejects(conversation: &[String]) -> bool {
    let is_rejection = |message: &String| message.starts_with(r#"["reject",-"#);
    conversation.iter().any(is_rejection)
}

/// Whether the reference has not sent yet what it is told of.
fn is_early(text: &str) -> bool {
    let begins = ["no such entry on exports table: -", "no such export ID: -"];
    begins.iter().any(|begin| text.starts_with(begin))
}

/// Whether it is the place of a message that is part of a stream that is missed.
fn is_of_a_stream(conversation: &[String], text: &str) -> bool {
    let mut id = 0;
    conversation.iter().any(|message| {
        let is_stream = message.starts_with(r#"["stream","#);
        let is_other = message.starts_with(r#"["pu"#) && !message.starts_with(r#"["pull"#);
        id += usize::from(is_stream || is_other || message.starts_with(r#"["pipe""#));
        id += usize::from(message == REST);
        is_stream && text.ends_with(&format!(": {id}"))
    })
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
    let evaluated = ["no such entry on exports table", "Export "];
    if evaluated.iter().any(|begin| other.starts_with(begin)) {
        return Some(FIRST_FAULT);
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
