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
            let taken = Taken {
                said: conversation.concat(),
                seen,
                answers,
                other_seen,
                more_answers: other_answers
                    .iter()
                    .filter(|one| !answers.contains(one))
                    .collect(),
                other_answers: other_answers.concat(),
            };
            let same_answers = answers == other_answers;
            let reasons = REASONS.iter();
            let mut reasons = reasons.filter(|(_, applies)| applies(&taken));
            let reason = reasons.next().map(|(reason, _)| *reason);
            let reordered = same_answers && sorted(seen) == sorted(other_seen);
            reason.or_else(|| {
                reordered.then_some("C-42: what waits for an argument has no place in the order")
            })
        }
        (Verdict::Accepted { .. }, Verdict::Aborted { text, .. }) => {
            text.starts_with(RAW_STREAMS).then_some(PASSED_ON)
        }
        (Verdict::Aborted { .. }, Verdict::Accepted { .. }) => None,
    }
}

/// A conversation that went through with both.
struct Taken<'a> {
    said: String,
    seen: &'a str,
    answers: &'a [String],
    other_seen: &'a str,
    other_answers: String,
    /// Those that only the reference gave.
    more_answers: Vec<&'a String>,
}

/// Why what was seen and answered may differ, and when.
const REASONS: [(&str, fn(&Taken<'_>) -> bool); 19] = [
    ("B-3, C-4: a stub is a value wherever it stands", |taken| {
        taken.is_answered("Can't dup an RpcTarget stub as a promise.")
            || taken.is_answered("Tried to resolve a non-promise stub.")
    }),
    (PASSED_ON, |taken| {
        let is_copied = taken.said.contains(r#"["remap""#);
        let has_body = taken.said.contains("\"body\":") || taken.said.contains(r#"["response","#);
        taken.is_answered(RAW_STREAMS)
            || taken.is_answered("Cannot serialize value: [object ReadableStream]")
            || is_copied && has_body
    }),
    (
        "P-4, B-15: after the end, its reason is the answer",
        |taken| {
            taken.is_answered("ERR_INTERNAL_ASSERTION") || taken.is_answered("ERR_INVALID_STATE")
        },
    ),
    (
        "P-5: what keeps a reason from coming is the reason",
        |taken| {
            let mut aborts = taken.said.split(r#"["abort"],["#).skip(1);
            let waits = |reason: &str| WAITED_FOR.iter().any(|tag| reason.contains(tag));
            let is_told = taken.seen.contains("aborted") || taken.seen.contains("failed");
        aborts.any(waits) && is_told
        },
    ),
    (FIRST_FAULT, |taken| {
        let is_mapped = taken.said.contains(r#"["remap""#);
        is_mapped && taken.is_answered("no such entry on exports table")
    }),
    (
        "C-14: what is read of a failure fails, whatever its name",
        |taken| {
            let names = ["constructor", "toString", "__proto__", "valueOf"];
            let steps = names.map(|name| format!("[\"{name}\""));
            steps.iter().any(|step| taken.said.contains(step))
        },
    ),
    (
        "S-24: what was introduced as something else stays that",
        |taken| {
            taken.says_of_one(&["writable"], &["promise", "export"])
                || taken.says_of_one(&["promise"], &["export"])
        },
    ),
    ("S-34: a stream is no promise", |taken| {
        taken.settles("writable")
    }),
    ("P-6: a stream is over with its last release", |taken| {
        taken.said.contains(r#"["release",-1"#) && taken.seen.contains("was disposed without")
    }),
    ("B-7: a chunk is not overtaken while it waits", |taken| {
        let mut writes = taken.said.split(r#"["write"],["#).skip(1);
        let waits = |chunk: &str| WAITED_FOR.iter().any(|tag| chunk.contains(tag));
        writes.any(waits)
    }),
    (
        "W-35: a text for a body has the header fields that it came with",
        |taken| {
            let kind = "text/plain;charset=UTF-8";
            taken.is_answered(kind) && !taken.seen.contains(kind)
        },
    ),
    ("W-26: what is in an error is sent", |taken| {
        let bodies = ["\"request\"", "\"response\""];
        let is_sent = |body: &&str| taken.answers.concat().contains(*body);
        bodies
            .iter()
            .any(|body| is_sent(body) && !taken.is_answered(body))
    }),
    ("B-27: what was promised is not asked for again", |taken| {
        let own = r#"["pipeline",-"#;
        taken.is_answered(r#"["pipeline","#) && taken.answers.concat().contains(own)
    }),
    ("C-4: what was captured as an object is one", |taken| {
        let is_captured =
            taken.said.contains(r#"["remap""#) && taken.said.contains(r#"["export",-"#);
        is_captured && taken.seen.contains("stub")
    }),
    (
        "W-36: what is no blob, every engine says in its own words",
        |taken| taken.is_answered("Received non-Uint8Array chunk"),
    ),
    ("P-25: what nobody will read is not read", |taken| {
        let unread = [
            "was dropped before its end",
            "was disposed without being consumed",
        ];
        let is_unread = |text: &&str| taken.answers.concat().contains(*text);
        unread
            .iter()
            .any(|text| is_unread(text) && !taken.is_answered(text))
    }),
    ("S-27: what was released is not answered", |taken| {
        let mut more = taken.more_answers.iter();
        let is_released = |answer: &&&String| {
            let id = answer.split(',').nth(1).unwrap_or_default();
            taken.said.contains(&format!(r#"["release",{id},"#))
        };
        taken.seen == taken.other_seen && more.all(|answer| is_released(&answer))
    }),
    (
        "S-31: a promise is waited for, however often it becomes another",
        |taken| {
            let stale = r#"["pipeline",-"#;
            taken.is_answered(stale) && !taken.answers.concat().contains(stale)
        },
    ),
    (
        "B-29: what is dropped comes back when it settles",
        |taken| {
            let drops = |key: &&str| taken.said.contains(&format!("\"{key}\":"));
            taken.seen != taken.other_seen && DROPPED.iter().any(|key| drops(&key))
        },
    ),
];

impl Taken<'_> {
    /// Whether the reference answered so.
    fn is_answered(&self, text: &str) -> bool {
        self.other_answers.contains(text) || self.other_seen.contains(text)
    }

    /// Whether the client introduces the same thing as one of these and as one of those.
    fn says_of_one(&self, these: &[&str], those: &[&str]) -> bool {
        (-4..0).any(|id| {
            let says = |tag: &&str| self.said.contains(&format!(r#"["{tag}",{id}"#));
            these.iter().any(|tag| says(&tag)) && those.iter().any(|tag| says(&tag))
        })
    }

    /// Whether the client settles what it introduces as this.
    fn settles(&self, tag: &str) -> bool {
        self.says_of_one(&[tag], &["resolve", "reject"])
    }
}

fn sorted(seen: &str) -> Vec<&str> {
    let mut lines: Vec<_> = seen.lines().collect();
    lines.sort_unstable();
    lines
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
        id += usize::from(message == super::verdict::REST);
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

/// How the reference fails where a stream that came is to go on.
const RAW_STREAMS: &str = "owned payload shouldn't contain raw";

const FIRST_FAULT: &str = "W-4: a message is read before any of it is evaluated";

const PASSED_ON: &str = "P-27: a stream can be passed on";

/// What a chunk can have in it that is not there yet.
const WAITED_FOR: [&str; 5] = [
    r#"["promise""#,
    r#"["pipeline""#,
    r#"["import""#,
    r#"["remap""#,
    r#"["blob""#,
];

/// The members that no object has (W-19).
const DROPPED: [&str; 3] = ["__proto__", "toJSON", "valueOf"];
