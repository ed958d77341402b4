//! Nothing in the repository depends on the machine or the network it was written on.

use crate::source::{Finding, Source, assert_found, assert_none};

#[test]
fn no_file_names_a_path_of_one_machine() {
    let rule = "a path of one machine is in no file";
    assert_none(rule, &lines_with(&Source::repository(), names_machine_path));
}

#[test]
fn no_file_names_a_package_registry() {
    let rule = "a registry is the choice of whoever builds";
    assert_none(rule, &lines_with(&Source::repository(), names_registry));
}

#[test]
fn lock_files_take_packages_from_the_default_registry() {
    let rule = "a lock file pins versions and checksums, not hosts";
    assert_none(
        rule,
        &lines_with(&lock_files(Source::repository()), pins_host),
    );
}

#[test]
fn the_rules_of_portability_find_what_breaks_them() {
    let [work, _, home] = MACHINE_DIRECTORIES.map(|name| format!("/{name}"));
    let registry = REGISTRIES[0].join(".");
    let text = format!(
        "cd {work}/x\nlet p = \"{home}\";\n{work}ers\nhttp://host{home}\n..{work}/y\n\
         npm --registry https://{registry}/\n"
    );
    let sources = [Source::made_up("a.sh", &text)];
    assert_found(
        &lines_with(&sources, names_machine_path),
        &["a.sh:1", "a.sh:2"],
    );
    assert_found(&lines_with(&sources, names_registry), &["a.sh:6"]);
    let locks = lock_files(vec![
        Source::made_up(
            "js/package-lock.json",
            "{\n\"resolved\": \"https://h/p.tgz\"\n}\n",
        ),
        Source::made_up(
            "Cargo.lock",
            &format!("{CRATES_IO}\nsource = \"registry+https://h\"\n"),
        ),
        Source::made_up("notes.md", "\"resolved\"\n"),
    ]);
    assert_found(
        &lines_with(&locks, pins_host),
        &["js/package-lock.json:2", "Cargo.lock:2"],
    );
}

fn lock_files(sources: Vec<Source>) -> Vec<Source> {
    let is_lock = |source: &Source| LOCK_FILES.iter().any(|name| source.path.ends_with(name));
    sources.into_iter().filter(is_lock).collect()
}

fn lines_with(sources: &[Source], rule: fn(&str) -> bool) -> Vec<Finding> {
    let found = sources.iter().flat_map(|source| {
        let lines = (1..)
            .zip(source.text.lines())
            .filter(move |(_, line)| rule(line));
        lines.map(|(number, line)| source.finding(number, line.trim()))
    });
    found.collect()
}

fn names_machine_path(line: &str) -> bool {
    let names = |directory: &str| {
        let path = format!("/{directory}");
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + path.len()..].chars().next();
            // Otherwise it is the end of a longer path or host, or the start of a longer name.
            !before.is_some_and(is_inside) && !after.is_some_and(|c| is_word(c) || c == '-')
        })
    };
    MACHINE_DIRECTORIES.into_iter().any(names)
}

fn is_inside(c: char) -> bool {
    is_word(c) || "-./})*".contains(c)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn names_registry(line: &str) -> bool {
    REGISTRIES
        .iter()
        .any(|labels| line.contains(&labels.join(".")))
}

fn pins_host(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("\"resolved\"") || line.starts_with("source = ") && line != CRATES_IO
}

/// Written without the slash, so that this file keeps its own rule.
const MACHINE_DIRECTORIES: [&str; 3] = ["work", "root", "home"];

/// Written in parts, so that this file keeps its own rule.
const REGISTRIES: [[&str; 3]; 5] = [
    ["registry", "npmjs", "org"],
    ["registry", "yarnpkg", "com"],
    ["registry", "npmmirror", "com"],
    ["index", "crates", "io"],
    ["static", "crates", "io"],
];

const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// What every `Cargo.lock` says of a package from the default registry, wherever it came from.
const CRATES_IO: &str = r#"source = "registry+https://github.com/rust-lang/crates.io-index""#;
