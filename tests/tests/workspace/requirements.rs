//! Every requirement of the protocol is cited by a test or a transcript that shows it.

use std::collections::{BTreeMap, BTreeSet};

use tests::{root, source_files};

use crate::source::{Source, assert_none};

#[test]
fn every_requirement_is_cited_by_a_test() {
    let (protocol, cited) = (Protocol::read(), cited(&proofs()));
    let uncited: Vec<_> = protocol
        .requirements()
        .filter(|id| !is_covered(*id, &protocol, &cited))
        .filter(|id| !is_exempt(*id, &protocol))
        .map(|id| id.to_string())
        .collect();
    assert!(
        uncited.is_empty(),
        "no test cites these requirements of the protocol: {}",
        uncited.join(" ")
    );
}

#[test]
fn no_exemption_is_stale() {
    let (protocol, cited) = (Protocol::read(), cited(&proofs()));
    let is_proven = |id: &Id| is_covered(*id, &protocol, &cited);
    let known = |names: &str| -> Vec<Id> {
        let mut ids: Vec<_> = ids(names).into_iter().collect();
        ids.retain(|id| protocol.texts.contains_key(id));
        ids
    };
    for (names, why) in INAPPLICABLE {
        assert!(
            !known(names).is_empty(),
            "{names}: there is no such requirement"
        );
        let proven: Vec<_> = known(names).into_iter().filter(is_proven).collect();
        assert!(proven.is_empty(), "{proven:?} ({why}) are shown by a test");
    }
    for (names, whose) in PENDING {
        let missing = known(names).into_iter().any(|id| !is_proven(&id));
        assert!(missing, "{names} ({whose}) are all shown by tests");
    }
}

#[test]
fn what_is_cited_exists() {
    let protocol = Protocol::read();
    let proofs = proofs();
    let findings: Vec<_> = proofs
        .iter()
        .flat_map(|source| {
            let lines = (1..).zip(source.text.lines());
            let unknown = lines.flat_map(|(number, line)| {
                let ids = written_ids(line);
                ids.into_iter().map(move |id| (number, id))
            });
            unknown
                .filter(|(_, id)| !protocol.texts.contains_key(id))
                .map(|(number, id)| source.finding(number, id.to_string()))
        })
        .collect();
    assert_none(
        "a requirement that is cited is one of the protocol",
        &findings,
    );
}

#[test]
fn citations_are_found_in_every_form() {
    let text = "async fn s33_late_answers() {}\nfn w12_o1_undefined() {}\nfn f_16() {}\n\
                fn l3xy_no() {}\n// See W-40…W-42 and C-5.\nlet x = utf8_1();\n";
    let source = Source::made_up("a/tests/b.rs", text);
    let found: Vec<_> = cited(&[source]).iter().map(Id::to_string).collect();
    let expected = ["C-5", "O-1", "S-33", "W-12", "W-40", "W-41", "W-42"];
    assert_eq!(found, expected);
}

/// The name of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Id(char, u32);

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// The protocol, as the requirements that it defines.
struct Protocol {
    texts: BTreeMap<Id, String>,
}

impl Protocol {
    fn read() -> Self {
        let path = root().join("capnweb-runtime/docs/protocol.md");
        let text = std::fs::read_to_string(path).expect("the protocol can be read");
        let mut texts = BTreeMap::new();
        let mut last = None;
        for line in text.lines() {
            if line.starts_with('#') {
                last = None;
            }
            if let Some(id) = defined(line) {
                last = Some(id);
                texts.entry(id).or_insert_with(String::new);
            }
            if let Some(text) = last.and_then(|id| texts.get_mut(&id)) {
                text.push_str(line);
                text.push('\n');
            }
        }
        assert!(texts.len() > 300, "hardly any requirements found");
        Self { texts }
    }

    fn requirements(&self) -> impl Iterator<Item = Id> {
        self.texts.keys().copied()
    }
}

/// Returns the requirement that a line of the protocol begins: `**F-1** …`, or `| L-10 | …`.
fn defined(line: &str) -> Option<Id> {
    let rest = line
        .strip_prefix("**")
        .or_else(|| line.strip_prefix("| L-").map(|_| &line[2..]))?;
    let name: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    // The checklist at the end says what is to be tested, not what is required.
    let is_checklist = line.starts_with('|') && line.matches('|').count() < 5;
    (!is_checklist).then(|| id(&name)).flatten()
}

/// What is odd (`O-`) or decided otherwise than by the reference (`B-`) is shown by the tests of
/// the requirements that it names.
fn is_covered(id: Id, protocol: &Protocol, cited: &BTreeSet<Id>) -> bool {
    let through_others = || {
        let named = protocol.texts.get(&id).map(|text| ids(text));
        let mut named = named.unwrap_or_default();
        named.remove(&id);
        matches!(id.0, 'O' | 'B') && named.iter().any(|other| cited.contains(other))
    };
    cited.contains(&id) || through_others()
}

/// What is odd or decided otherwise is exempt with one of the requirements that it names.
fn is_exempt(id: Id, protocol: &Protocol) -> bool {
    let listed: BTreeSet<Id> = INAPPLICABLE
        .iter()
        .chain(&PENDING)
        .flat_map(|(names, _)| ids(names))
        .collect();
    let named = protocol.texts.get(&id).map(|text| ids(text));
    let named = named.unwrap_or_default();
    listed.contains(&id) || matches!(id.0, 'O' | 'B') && named.iter().any(|id| listed.contains(id))
}

/// Returns everything that may show a requirement: tests, transcripts and scenarios.
fn proofs() -> Vec<Source> {
    let read = |directory: &str| {
        let files = source_files(&root().join(directory)).expect("the sources can be listed");
        files
            .iter()
            .filter_map(|path| Source::read(path))
            .collect::<Vec<_>>()
    };
    let mut proofs = read("capnweb-runtime/transcripts");
    proofs.extend(read("tests/js/scenarios"));
    proofs.extend(read("tests/ui"));
    // This file names requirements to exempt them.
    let own = std::path::Path::new(file!()).file_name();
    let tests = read("tests/tests").into_iter();
    proofs.extend(tests.filter(|source| source.path.file_name() != own));
    proofs.extend(
        Source::all_rust("capnweb-runtime/src")
            .into_iter()
            .filter_map(only_tests),
    );
    proofs
}

/// Returns the part of a source that is tests.
fn only_tests(source: Source) -> Option<Source> {
    if source.is_test() {
        return Some(source);
    }
    let begin = source.text.find("#[cfg(test)]\nmod tests {")?;
    Some(Source {
        text: source.text[begin..].to_owned(),
        path: source.path,
    })
}

fn cited(sources: &[Source]) -> BTreeSet<Id> {
    let lines = sources.iter().flat_map(|source| source.text.lines());
    lines
        .flat_map(|line| {
            let mut ids = written_ids(line);
            ids.extend(named_ids(line));
            ids
        })
        .collect()
}

/// Returns the requirements that a text names: `S-22`, and all of `M-20…M-23`.
fn ids(text: &str) -> BTreeSet<Id> {
    text.lines().flat_map(written_ids).collect()
}

fn written_ids(line: &str) -> Vec<Id> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut found: Vec<Id> = Vec::new();
    let mut range = false;
    for word in line.split_inclusive(|c| !is_part(c)) {
        let name = word.trim_end_matches(|c| !is_part(c));
        if let Some(id) = id(name) {
            if let Some(first) = found
                .last()
                .copied()
                .filter(|first| range && first.0 == id.0)
            {
                found.extend((first.1 + 1..id.1).map(|number| Id(id.0, number)));
            }
            found.push(id);
        }
        range = word.ends_with('…') && id(name).is_some();
    }
    found
}

/// Returns the requirements at the beginning of a test's name: `fn w12_o1_undefined`.
fn named_ids(line: &str) -> Vec<Id> {
    let Some((_, name)) = line.split_once("fn ") else {
        return Vec::new();
    };
    let words = name.split('_').map(|word| {
        let (letter, number) = word.split_at_checked(1)?;
        id(&format!("{}-{number}", letter.to_uppercase()))
    });
    words.map_while(|id| id).collect()
}

fn id(name: &str) -> Option<Id> {
    let (letter, number) = name.split_once('-')?;
    // `X-8a` is the first part of X-8.
    let number = number
        .strip_suffix(|c: char| c.is_ascii_lowercase())
        .unwrap_or(number);
    let mut letters = letter.chars();
    let letter = letters.next().filter(|c| "FWSCMPTLOBX".contains(*c))?;
    let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    (letters.next().is_none() && digits).then_some(Id(letter, number.parse().ok()?))
}

/// Requirements that no test can show, and why.
const INAPPLICABLE: [(&str, &str); 14] = [
    (
        "W-8",
        "only what has a form on the wire has the traits that an argument needs",
    ),
    ("C-53", "says what is not promised"),
    ("S-1", "describes the tables that S-20…S-39 are about"),
    (
        "S-87",
        "there is no timer that could close a session: `session` reads no clock",
    ),
    (
        "T-12",
        "there is no session before its socket is open: connecting waits for it",
    ),
    (
        "T-40",
        "there is no build for WebAssembly, and no MessagePort elsewhere",
    ),
    (
        "T-50…T-53",
        "sessions within a process exchange text as well",
    ),
    (
        "L-13",
        "there is no incoming queue: the driver hands over a message before it reads the next",
    ),
    ("L-29", "implied by L-3"),
    ("L-40", "follows from the protocol: guidance for its users"),
    ("L-46 L-48…L-50", "guidance for users of the protocol"),
    ("O-15", "a dropped stub cannot be named"),
    ("B-22", "about the documentation of the reference"),
    ("B-26", "a mapper is no asynchronous function by its type"),
];

/// Requirements whose tests are being written. Empty before a release.
const PENDING: [(&str, &str); 0] = [];
