//! The state machines do no I/O: no runtime, no suspension, and time is an argument.

use crate::source::{Finding, Source, assert_found, assert_none};

/// Protocol T-2.
#[test]
fn the_state_machines_are_pure() {
    let sources: Vec<Source> = PURE
        .iter()
        .flat_map(|path| Source::all_rust(path))
        .collect();
    assert_none(
        "no I/O, no `async` and no clock in a state machine",
        &impurities(&sources),
    );
}

#[test]
fn the_rule_of_purity_finds_what_breaks_it() {
    let text = "//! A machine, without tokio.\nuse tokio::time;\nfn a() {}\n// an async fn\n\
                async fn b() {}\nlet now = Instant::now();\nlet known = self.now();\n";
    let sources = [Source::made_up("a/src/session/x.rs", text)];
    let places = [
        "a/src/session/x.rs:2",
        "a/src/session/x.rs:5",
        "a/src/session/x.rs:6",
    ];
    assert_found(&impurities(&sources), &places);
}

fn impurities(sources: &[Source]) -> Vec<Finding> {
    let programs = sources.iter().filter(|source| !source.is_test());
    programs
        .flat_map(|source| {
            let impure = source
                .code()
                .filter_map(|(number, line)| Some((number, impurity(line)?)));
            impure.map(|(number, word)| source.finding(number, format!("`{}`", word.trim())))
        })
        .collect()
}

fn impurity(line: &str) -> Option<&'static str> {
    IMPURE.into_iter().find(|word| line.contains(word))
}

const IMPURE: [&str; 3] = ["tokio", "async ", "::now("];

/// A directory that is not there yet is pure.
const PURE: [&str; 6] = [
    "capnweb-runtime/src/value",
    "capnweb-runtime/src/wire",
    "capnweb-runtime/src/data",
    "capnweb-runtime/src/session",
    "task-queue/src/model",
    "task-queue/src/engine",
];
