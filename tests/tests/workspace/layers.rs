//! The layers: a module names only modules of its own layer and of those below it.

use std::collections::BTreeMap;
use std::path::Path;

use tests::root;

use crate::source::{CRATES, Finding, Source, assert_found, assert_none};

#[test]
fn no_module_looks_up() {
    let layers = Layers::of(&architecture());
    let sources: Vec<Source> = CRATES
        .iter()
        .flat_map(|name| Source::all_rust(&format!("{name}/src")))
        .collect();
    let rule = "a module names only modules of its own layer and below (see ARCHITECTURE.md)";
    assert_none(rule, &layers.upward(&sources));
}

#[test]
fn the_table_of_layers_names_every_crate() {
    let layers = Layers::of(&architecture());
    assert_eq!(
        layers.heights.keys().collect::<Vec<_>>(),
        CRATES.iter().collect::<Vec<_>>()
    );
}

#[test]
fn the_rule_of_layers_finds_what_breaks_it() {
    let layers =
        Layers::of("crates: x\n<!-- layers -->\na: ids value | wire | session\n<!-- /layers -->");
    let wire = "//! See [`crate::session`].\nuse crate::ids::Id;\nuse crate::{\n    value::Tree,\n    \
                session::{self, Session},\n};\nfn f() { crate::session::run() }\npub(crate) fn g() {}\n\
                #[cfg(test)]\nmod tests {\n    use crate::session::Pair;\n}\n";
    let sources = [
        Source::made_up("a/src/wire/read.rs", wire),
        Source::made_up(
            "a/src/session.rs",
            "use crate::{wire, value::Tree};\nuse crate::Error;\n",
        ),
        Source::made_up("a/src/stray.rs", "//! In no layer.\n"),
        Source::made_up("a/src/lib.rs", "use crate::session::Session;\n"),
    ];
    let places = [
        "a/src/wire/read.rs:5",
        "a/src/wire/read.rs:7",
        "a/src/session.rs:2",
        "a/src/stray.rs:1",
    ];
    assert_found(&layers.upward(&sources), &places);
}

/// For each crate, how high each of its modules stands.
struct Layers {
    heights: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Layers {
    /// Reads the table between the two marks.
    fn of(text: &str) -> Self {
        let after = text
            .split_once("<!-- layers -->")
            .map_or("", |(_, after)| after);
        let table = after
            .split_once("<!-- /layers -->")
            .map_or("", |(table, _)| table);
        let rows = table.lines().filter_map(|line| line.split_once(':'));
        Self {
            heights: rows
                .map(|(name, row)| (name.trim().to_owned(), heights(row)))
                .collect(),
        }
    }

    fn upward(&self, sources: &[Source]) -> Vec<Finding> {
        let programs = sources.iter().filter(|source| !source.is_test());
        programs.flat_map(|source| self.upward_in(source)).collect()
    }

    fn upward_in(&self, source: &Source) -> Vec<Finding> {
        let Some((package, module)) = module(&source.path) else {
            return Vec::new();
        };
        let Some(heights) = self.heights.get(package) else {
            return Vec::new();
        };
        let Some(own) = heights.get(module) else {
            return vec![source.finding(1, format!("module `{module}` is in no layer"))];
        };
        let is_above = |name: &str| heights.get(name).is_none_or(|height| height > own);
        let named = named_modules(source)
            .into_iter()
            .filter(|(_, name)| is_above(name));
        named
            .map(|(line, name)| source.finding(line, format!("`{module}` names `crate::{name}`")))
            .collect()
    }
}

fn architecture() -> String {
    let path = root().join("ARCHITECTURE.md");
    std::fs::read_to_string(path).expect("ARCHITECTURE.md can be read")
}

fn heights(row: &str) -> BTreeMap<String, usize> {
    let layers = row.split('|').enumerate();
    let modules = layers
        .flat_map(|(height, layer)| layer.split_whitespace().map(move |module| (module, height)));
    modules
        .map(|(module, height)| (module.to_owned(), height))
        .collect()
}

/// Returns the crate and the top module of a source file; `None` for what stands above all layers.
fn module(path: &Path) -> Option<(&str, &str)> {
    let mut parts = path
        .components()
        .filter_map(|part| part.as_os_str().to_str());
    let (package, _src, top) = (parts.next()?, parts.next()?, parts.next()?);
    let name = top.strip_suffix(".rs").unwrap_or(top);
    (!ABOVE_ALL.contains(&name)).then_some((package, name))
}

/// Returns what follows `crate::` anywhere in the code, with its line.
///
/// In a group, what follows is the first name of each member.
fn named_modules(source: &Source) -> Vec<(usize, String)> {
    let code: Vec<(usize, &str)> = source.code().collect();
    let mut named = Vec::new();
    for (index, (number, line)) in code.iter().enumerate() {
        for (at, prefix) in line.match_indices("crate::") {
            let rest = &line[at + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                named.extend(members(*number, group, &code[index + 1..]));
            } else {
                named.push((*number, identifier(rest).to_owned()));
            }
        }
    }
    named
}

/// Returns the first name of each member of a group, which may go on over the following lines.
fn members(number: usize, group: &str, following: &[(usize, &str)]) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    let (mut depth, mut expected) = (1_usize, true);
    for (number, line) in [(number, group)]
        .into_iter()
        .chain(following.iter().copied())
    {
        for (at, c) in line.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => expected = depth == 1,
                c if c.is_whitespace() => {}
                _ if expected => {
                    named.push((number, identifier(&line[at..]).to_owned()));
                    expected = false;
                }
                _ => {}
            }
            if depth == 0 {
                return named;
            }
        }
    }
    named
}

fn identifier(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}

const ABOVE_ALL: [&str; 3] = ["lib", "main", "bin"];
