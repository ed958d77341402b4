//! Why what went through with both may differ all the same.

/// A conversation that went through with both.
pub(super) struct Taken<'a> {
    said: String,
    seen: &'a str,
    answers: &'a [String],
    other_seen: &'a str,
    other_answers: String,
    /// Those that only the reference gave.
    more_answers: Vec<&'a String>,
    /// Nothing differs but the order in which calls were seen.
    is_reordered: bool,
}

/// Why what was seen and answered may differ, and when.
const REASONS: [(&str, fn(&Taken<'_>) -> bool); 22] = [
    ("B-3, C-4: a stub is a value wherever it stands", |taken| {
        taken.is_answered("Can't dup an RpcTarget stub as a promise.")
            || taken.is_answered("Tried to resolve a non-promise stub.")
    }),
    ("B-3: what is named as a stub goes on as one", |taken| {
        let own = |tag: &str| format!(r#"["{tag}","its own"]"#);
        let is_stub = taken.answers.concat().contains(&own("export"));
        taken.said.contains(r#"["import","#) && is_stub && taken.is_answered(&own("promise"))
    }),
    (PASSED_ON, |taken| {
        taken.is_answered(RAW_STREAMS)
            || taken.is_answered("Cannot serialize value: [object ReadableStream]")
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
    ("P-27: what has a body can be mapped", |taken| {
        let has_body = taken.said.contains("\"body\":") || taken.said.contains(r#"["response","#);
        taken.said.contains(r#"["remap""#) && has_body
    }),
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
            let differs = taken.seen != taken.other_seen || !taken.more_answers.is_empty();
            differs && DROPPED.iter().any(drops)
        },
    ),
    (
        "C-42: what waits for an argument has no place in the order",
        |taken| taken.is_reordered,
    ),
];

impl<'a> Taken<'a> {
    /// Puts together what was said, and what either saw and answered.
    pub(super) fn new(
        said: String,
        (seen, answers): (&'a str, &'a [String]),
        (other_seen, other_answers): (&'a str, &'a [String]),
    ) -> Self {
        let more_answers = other_answers.iter().filter(|one| !answers.contains(one));
        Self {
            said,
            seen,
            answers,
            other_seen,
            other_answers: other_answers.concat(),
            more_answers: more_answers.collect(),
            is_reordered: answers == other_answers && sorted(seen) == sorted(other_seen),
        }
    }

    /// Returns why they may differ, if they may.
    pub(super) fn reason(&self) -> Option<&'static str> {
        let mut reasons = REASONS.iter().filter(|(_, applies)| applies(self));
        reasons.next().map(|(reason, _)| *reason)
    }

    /// Whether the reference answered so.
    fn is_answered(&self, text: &str) -> bool {
        self.other_answers.contains(text) || self.other_seen.contains(text)
    }

    /// Whether the client introduces the same thing as one of these and as one of the others.
    fn says_of_one(&self, first: &[&str], second: &[&str]) -> bool {
        (-4..0).any(|id| {
            let says = |tag: &&str| self.said.contains(&format!(r#"["{tag}",{id}"#));
            first.iter().any(says) && second.iter().any(says)
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

/// How the reference fails where a stream that came is to go on.
pub(super) const RAW_STREAMS: &str = "owned payload shouldn't contain raw";

pub(super) const FIRST_FAULT: &str = "W-4: a message is read before any of it is evaluated";

pub(super) const PASSED_ON: &str = "P-27: a stream can be passed on";

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
