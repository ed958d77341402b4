//! Source files as the rules see them, and the findings that rules report.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use tests::{relative, root, source_files};

/// A text file of the workspace.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path as seen from the root of the workspace.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    /// Makes up a file, for the tests of the rules.
    pub(crate) fn made_up(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.to_owned(),
        }
    }

    /// Reads a file; `None` if it is not text.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let text = String::from_utf8(std::fs::read(path).ok()?).ok()?;
        Some(Self {
            path: relative(path).to_owned(),
            text,
        })
    }

    /// Returns every Rust file under a directory, which is named from the root of the workspace.
    pub(crate) fn all_rust(directory: &str) -> Vec<Self> {
        let files = source_files(&root().join(directory)).expect("the sources can be listed");
        let rust = files
            .iter()
            .filter(|path| path.extension().is_some_and(|end| end == "rs"));
        rust.filter_map(|path| Self::read(path)).collect()
    }

    /// Returns the text files that git tracks or would; all of them where there is no git.
    pub(crate) fn repository() -> Vec<Self> {
        let files = listed_by_git().unwrap_or_else(|| {
            source_files(root()).expect("the files of the workspace can be listed")
        });
        let sources: Vec<Self> = files.iter().filter_map(|path| Self::read(path)).collect();
        assert!(sources.len() > 10, "hardly any files found");
        sources
    }

    /// Tells whether the file has nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        let is_tests = |part: Component<'_>| {
            let name = Path::new(part.as_os_str());
            name.file_stem().is_some_and(|stem| stem == "tests")
        };
        // The first component is the crate; one is called `tests`.
        self.path.components().skip(1).any(is_tests)
    }

    /// Returns the lines before the unit tests, numbered from 1.
    pub(crate) fn program(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let is_unit_tests =
            |pair: &[&str]| TEST_ONLY.contains(&pair[0]) && pair[1].starts_with("mod ");
        let end = lines
            .windows(2)
            .position(is_unit_tests)
            .unwrap_or(lines.len());
        (1..).zip(lines).take(end)
    }

    /// Returns the lines before the unit tests without what stands in line comments.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.program()
            .map(|(number, line)| (number, without_comment(line)))
    }

    pub(crate) fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }
}

/// One place that breaks a rule.
#[derive(Debug)]
pub(crate) struct Finding {
    path: PathBuf,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// Fails with a list of the places that break a rule, if there are any.
pub(crate) fn assert_none(rule: &str, findings: &[Finding]) {
    let list: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(list.is_empty(), "{rule}:\n{}", list.join("\n"));
}

/// Asserts that a rule reports these places, as `path:line`, and no others.
pub(crate) fn assert_found(findings: &[Finding], places: &[&str]) {
    let place = |found: &Finding| format!("{}:{}", found.path.display(), found.line);
    let found: Vec<String> = findings.iter().map(place).collect();
    assert_eq!(found, places, "{findings:#?}");
}

const TEST_ONLY: [&str; 2] = ["#[cfg(test)]", "#[cfg(all(test, unix))]"];

/// The crates whose sources are the product.
pub(crate) const CRATES: [&str; 3] = ["capnweb-macros", "capnweb-runtime", "task-queue"];

/// Returns the sources of the product.
pub(crate) fn product() -> Vec<Source> {
    CRATES
        .iter()
        .flat_map(|name| Source::all_rust(&format!("{name}/src")))
        .collect()
}

fn listed_by_git() -> Option<Vec<PathBuf>> {
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let output = Command::new("git")
        .args(list)
        .current_dir(root())
        .output()
        .ok()?;
    let names = String::from_utf8(output.stdout)
        .ok()
        .filter(|_| output.status.success())?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    Some(names.map(|name| root().join(name)).collect())
}

fn without_comment(line: &str) -> &str {
    let is_comment = |&(at, _): &(usize, &str)| !line[..at].ends_with(':');
    line.match_indices("//")
        .find(is_comment)
        .map_or(line, |(at, _)| &line[..at])
}

#[test]
fn comments_are_cut_and_urls_are_not() {
    assert_eq!(without_comment("let x = 1; // why"), "let x = 1; ");
    assert_eq!(without_comment("/// A doc."), "");
    assert_eq!(
        without_comment(r#"let url = "ws://host"; // why"#),
        r#"let url = "ws://host"; "#
    );
}

#[test]
fn unit_tests_are_no_part_of_the_program() {
    let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
    let source = Source::made_up("a/src/lib.rs", text);
    assert_eq!(source.program().last(), Some((2, "")));
    assert!(!source.is_test());
    assert!(Source::made_up("a/src/wire/tests/depth.rs", "").is_test());
    assert!(Source::made_up("a/src/wire/tests.rs", "").is_test());
    assert!(!Source::made_up("tests/src/process.rs", "").is_test());
}
