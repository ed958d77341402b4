//! The compile-fail tests: each says which fault it shows and what the compiler says about it.

use std::path::{Path, PathBuf};

use tests::{relative, root, source_files};

#[test]
fn every_compile_fail_test_has_its_output() {
    let files = source_files(&root().join(UI)).expect("the compile-fail tests can be listed");
    let silent: Vec<_> = faults(&files)
        .filter(|path| !has_output(path, &files))
        .collect();
    assert!(silent.is_empty(), "no `.stderr` beside:\n{}", list(&silent));
}

#[test]
fn every_compile_fail_test_is_named_by_its_fault() {
    let files = source_files(&root().join(UI)).expect("the compile-fail tests can be listed");
    let numbered: Vec<_> = faults(&files).filter(|path| is_numbered(path)).collect();
    assert!(
        numbered.is_empty(),
        "named by a number:\n{}",
        list(&numbered)
    );
}

#[test]
fn the_rules_of_ui_tests_find_what_breaks_them() {
    let paths = [
        "ui/a/7.rs",
        "ui/a/7.stderr",
        "ui/a/missing_self.rs",
        "ui/pass/8.rs",
        "ui/pass/x.rs",
    ];
    let files = paths.map(|path| root().join("tests").join(path));
    let found: Vec<_> = faults(&files).collect();
    assert_eq!(found, [&files[0], &files[2]]);
    assert!(has_output(&files[0], &files) && !has_output(&files[2], &files));
    assert!(is_numbered(&files[0]) && !is_numbered(&files[2]));
}

/// Returns the tests that must not compile: all but those in `pass`.
fn faults(files: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let passes = root().join(UI).join("pass");
    let is_rust = |path: &&PathBuf| path.extension().is_some_and(|end| end == "rs");
    files
        .iter()
        .filter(is_rust)
        .filter(move |path| !path.starts_with(&passes))
}

fn has_output(path: &Path, files: &[PathBuf]) -> bool {
    files.contains(&path.with_extension("stderr"))
}

fn is_numbered(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    name.chars().all(|c| c.is_ascii_digit())
}

fn list(paths: &[&PathBuf]) -> String {
    let places = paths
        .iter()
        .map(|path| format!("{}:1", relative(path).display()));
    places.collect::<Vec<_>>().join("\n")
}

const UI: &str = "tests/ui";
