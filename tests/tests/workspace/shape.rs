//! The shape of a file: how it begins, how long it is, and what a facade may hold.

use crate::source::{Finding, Source, assert_found, assert_none, product};

#[test]
fn every_source_file_begins_with_what_it_is() {
    assert_none("a file begins with `//!` and a sentence", &opening(&all()));
}

#[test]
fn facades_have_no_logic() {
    assert_none("a `mod.rs` has no `fn`", &logic_in_facades(&product()));
}

#[test]
fn no_file_is_too_long() {
    assert_none("a file is split before it gets that long", &length(&all()));
}

#[test]
fn the_rules_of_shape_find_what_breaks_them() {
    let long = format!("//! Long.\n{}", "x();\n".repeat(MAX_LINES));
    let tests = "mod tests {\n".to_owned() + &"t();\n".repeat(MAX_LINES);
    let sources = [
        Source::made_up("a/src/silent.rs", "use std::fmt;\n"),
        Source::made_up("a/src/empty.rs", ""),
        Source::made_up(
            "a/src/wire/mod.rs",
            "//! Wire.\n\nmod read;\npub(crate) fn logic() {}\n",
        ),
        Source::made_up(
            "a/src/facade/mod.rs",
            "//! A facade with a fn in words.\nmod a;\n",
        ),
        Source::made_up("a/src/long.rs", &long),
        Source::made_up(
            "a/src/tested.rs",
            &format!("//! Tested.\n#[cfg(test)]\n{tests}"),
        ),
        Source::made_up("a/src/long/tests.rs", &long),
    ];
    assert_found(
        &opening(&sources),
        &["a/src/silent.rs:1", "a/src/empty.rs:1"],
    );
    assert_found(&logic_in_facades(&sources), &["a/src/wire/mod.rs:4"]);
    assert_found(&length(&sources), &["a/src/long.rs:601"]);
}

fn all() -> Vec<Source> {
    let mut sources = product();
    sources.extend(Source::all_rust("tests/src"));
    sources
}

fn opening(sources: &[Source]) -> Vec<Finding> {
    let silent = sources
        .iter()
        .filter(|source| !source.text.starts_with("//! "));
    silent
        .map(|source| source.finding(1, "no `//! …` line"))
        .collect()
}

fn logic_in_facades(sources: &[Source]) -> Vec<Finding> {
    let facades = sources
        .iter()
        .filter(|source| source.path.ends_with("mod.rs"));
    facades
        .filter(|source| !source.is_test())
        .flat_map(|source| {
            let functions = source.code().filter(|(_, line)| has_function(line));
            functions.map(|(number, line)| source.finding(number, line.trim()))
        })
        .collect()
}

fn has_function(line: &str) -> bool {
    line.split_whitespace().any(|word| word == "fn")
}

fn length(sources: &[Source]) -> Vec<Finding> {
    let programs = sources.iter().filter(|source| !source.is_test());
    programs
        .filter_map(|source| {
            let lines = source.program().count();
            let what = format!("{lines} lines without tests, {MAX_LINES} at most");
            (lines > MAX_LINES).then(|| source.finding(lines, what))
        })
        .collect()
}

const MAX_LINES: usize = 600;
