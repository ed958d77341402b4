//! What must not compile, with the compiler's words for it, and what must.
//!
//! The `.stderr` files were made by rustc 1.95.0; another version may say the same in other words.
//! `TRYBUILD=overwrite cargo test -p tests --test ui` makes them anew: read every line that changes,
//! for the message is part of the interface. It has to be on the user's token and in her words.

#[test]
fn mistakes_are_told_where_they_are_made() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/*.rs");
    for topic in TOPICS {
        cases.compile_fail(format!("ui/{topic}/*.rs"));
    }
}

#[test]
fn every_topic_is_run() {
    let written = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/ui")).unwrap();
    let mut written: Vec<String> = written
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "pass")
        .collect();
    written.sort_unstable();
    assert_eq!(written, TOPICS);
}

/// The directories of `tests/ui` whose files must not compile.
const TOPICS: [&str; 11] = [
    "arguments",
    "attenuation",
    "attributes",
    "derives",
    "map",
    "methods",
    "names",
    "properties",
    "receivers",
    "returns",
    "traits",
];
