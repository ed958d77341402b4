//! The pages can be read as files: what a link names is there. For rustdoc, which knows nothing of
//! files, `links.txt` says what they lead to instead.

use std::path::{Component, Path, PathBuf};

use tests::root;

use crate::source::{Finding, Source, assert_found, assert_none};

#[test]
fn every_link_leads_to_a_file() {
    let rule = "a link of a page leads to a file, which has what it is about";
    assert_none(rule, &astray(&pages(), |path| contents(&root().join(path))));
}

#[test]
fn every_label_is_defined_in_its_page() {
    let rule = "`[x]` is a link only if the page ends with `[x]: where`";
    assert_none(rule, &undefined(&pages()));
}

/// The fault: rustdoc takes a page's own definition, which leads nowhere among its pages.
#[test]
fn rustdoc_is_told_of_every_label() {
    let pages = pages();
    let documented = pages.iter().filter(|page| is_documentation(page));
    let rule = "`links.txt` says where a label leads to in rustdoc";
    assert_none(rule, &untold(documented, &rustdoc()));
}

#[test]
fn rustdoc_is_told_of_no_label_twice_or_in_vain() {
    let pages = pages();
    let documented: Vec<_> = pages.iter().filter(|page| is_documentation(page)).collect();
    let rule = "`links.txt` has a label once, whatever its case, and some page uses it";
    assert_none(rule, &superfluous(&rustdoc(), &documented));
}

#[test]
fn the_rules_of_links_find_what_breaks_them() {
    let text = "See [it](b.md), [`A::b`], [that][`C`] and\n[none](c.md) of `x[0](y)`.\n\
                ```\n[no](d.md) [`E`]\n```\n[`F`], [web](https://x.example), [`G`]\n\n\
                [`a::b`]: src/a.rs\n[`C`]: src/a.rs\n[`G`]: ../b.md#g\n";
    let page = [Source::made_up("docs/a.md", text)];
    let contents = |path: &Path| match path.to_str() {
        Some("docs/b.md") => Some(String::new()),
        Some("docs/src/a.rs") => Some("struct A; fn b() {}".to_owned()),
        _ => None,
    };
    let places = ["docs/a.md:2", "docs/a.md:9", "docs/a.md:10"];
    assert_found(&astray(&page, contents), &places);
    assert_found(&undefined(&page), &["docs/a.md:6"]);
    let told = Source::made_up(
        "links.txt",
        "[`A::b`]: crate::A::b\n[`G`]: crate::G\n[`g`]: macro@crate::g\n[`H`]: crate::H\n",
    );
    assert_found(&untold(&page, &told), &["docs/a.md:9"]);
    assert_found(
        &superfluous(&told, &[&page[0]]),
        &["links.txt:3", "links.txt:4"],
    );
}

/// One link of a page, or the definition of one.
struct Link<'a> {
    line: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// `[text](target)`.
    To(&'a str),
    /// `[label]`, or `[text][label]`.
    Labelled(&'a str),
    /// `[label]: target`.
    Definition { label: &'a str, target: &'a str },
}

impl Link<'_> {
    /// Returns what it leads to, and what that is about, if it names a file.
    fn file(&self) -> Option<(&str, Option<&str>)> {
        let (target, label) = match self.kind {
            Kind::To(target) => (target, None),
            Kind::Definition { label, target } => (target, Some(label)),
            Kind::Labelled(_) => return None,
        };
        let path = target.split_once('#').map_or(target, |(path, _)| path);
        let is_file = !path.is_empty() && !target.contains("://");
        is_file.then_some((path, label))
    }
}

/// Returns the links that lead to no file, or to a source that does not have what they name.
fn astray(pages: &[Source], contents: impl Fn(&Path) -> Option<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    for page in pages {
        let directory = page.path.parent().unwrap_or(Path::new(""));
        for link in links(&page.text) {
            let Some((path, label)) = link.file() else {
                continue;
            };
            let Some(text) = contents(&joined(directory, path)) else {
                found.push(page.finding(link.line, format!("there is no `{path}`")));
                continue;
            };
            let is_source = Path::new(path).extension().is_some_and(|end| end == "rs");
            let name = label.filter(|_| is_source).map_or("", last_name);
            if !text.contains(name) {
                found.push(page.finding(link.line, format!("`{path}` has no `{name}`")));
            }
        }
    }
    found
}

fn undefined(pages: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for page in pages {
        let links = links(&page.text);
        for link in &links {
            if let Kind::Labelled(used) = link.kind
                && !defined(&links).any(|(_, label)| is_same(label, used))
            {
                found.push(page.finding(link.line, format!("[{used}] is not defined")));
            }
        }
    }
    found
}

fn untold<'a>(pages: impl IntoIterator<Item = &'a Source>, rustdoc: &Source) -> Vec<Finding> {
    let told = links(&rustdoc.text);
    let mut found = Vec::new();
    for page in pages {
        for link in links(&page.text) {
            if let Kind::Definition { label, .. } = link.kind
                && link.file().is_some()
                && !defined(&told).any(|(_, other)| is_same(other, label))
            {
                found.push(page.finding(link.line, format!("[{label}] is not in `links.txt`")));
            }
        }
    }
    found
}

fn superfluous(rustdoc: &Source, pages: &[&Source]) -> Vec<Finding> {
    let told = links(&rustdoc.text);
    let used: Vec<Link<'_>> = pages.iter().flat_map(|page| links(&page.text)).collect();
    let mut found = Vec::new();
    for (line, label) in defined(&told) {
        let mut earlier = defined(&told).filter(|(other, _)| *other < line);
        if earlier.any(|(_, other)| is_same(other, label)) {
            found.push(rustdoc.finding(line, format!("[{label}] is there twice")));
        } else if !defined(&used).any(|(_, other)| is_same(other, label)) {
            found.push(rustdoc.finding(line, format!("no page has [{label}]")));
        }
    }
    found
}

fn defined<'a>(links: &'a [Link<'a>]) -> impl Iterator<Item = (usize, &'a str)> {
    links.iter().filter_map(|link| match link.kind {
        Kind::Definition { label, .. } => Some((link.line, label)),
        Kind::To(_) | Kind::Labelled(_) => None,
    })
}

/// Labels are compared as Markdown does.
fn is_same(label: &str, other: &str) -> bool {
    label.to_lowercase() == other.to_lowercase()
}

/// Returns `timeout` of `` `Promise::timeout` ``.
fn last_name(label: &str) -> &str {
    let path = label.trim_matches('`');
    let name = path.rsplit("::").next().unwrap_or(path);
    name.split('-').next().unwrap_or(name)
}

/// Returns the links of a page that stand outside of its code.
fn links(text: &str) -> Vec<Link<'_>> {
    let prose = without_code(text);
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(begin) = prose[at..].find('[').map(|begin| at + begin + 1) {
        let Some(end) = prose[begin..].find(']').map(|end| begin + end) else {
            break;
        };
        at = end + 1;
        let (label, rest) = (&text[begin..end], &prose[at..]);
        let until = |close: char| rest.find(close).map(|end| &text[at + 1..at + end]);
        let is_first = begin == 1 || prose[..begin - 1].ends_with('\n');
        let kind = match rest.chars().next() {
            _ if label == COMMENT => None,
            Some('(') => until(')').map(Kind::To),
            Some('[') => until(']').map(Kind::Labelled),
            Some(':') if is_first => until('\n').map(|target| Kind::Definition {
                label,
                target: target.trim(),
            }),
            _ => label.starts_with('`').then_some(Kind::Labelled(label)),
        };
        if rest.starts_with('[') {
            at += rest.find(']').map_or(0, |end| end + 1);
        }
        let line = text[..begin].matches('\n').count() + 1;
        links.extend(kind.map(|kind| Link { line, kind }));
    }
    links
}

/// Returns the text with blanks in the place of code, byte for byte.
fn without_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut in_block = false;
    for line in text.split_inclusive('\n') {
        let is_fence = line.trim_start().starts_with("```");
        for (number, part) in line.split('`').enumerate() {
            let is_code = in_block || is_fence || number % 2 == 1;
            prose.push_str(if number == 0 { "" } else { "`" });
            prose.extend(part.chars().flat_map(|c| {
                let (c, width) = if is_code && c != '\n' {
                    (' ', c.len_utf8())
                } else {
                    (c, 1)
                };
                std::iter::repeat_n(c, width)
            }));
        }
        in_block ^= is_fence;
    }
    prose
}

/// Follows a path from a directory, both as seen from the root of the workspace.
fn joined(directory: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for part in directory.join(path).components() {
        match part {
            Component::ParentDir => drop(joined.pop()),
            Component::CurDir => {}
            part => joined.push(part),
        }
    }
    joined
}

/// Returns what a file says; of a directory, nothing.
fn contents(path: &Path) -> Option<String> {
    let is_there = path.is_dir();
    std::fs::read_to_string(path)
        .ok()
        .or_else(|| is_there.then(String::new))
}

fn pages() -> Vec<Source> {
    let mut pages = Source::repository();
    pages.retain(|source| source.path.extension().is_some_and(|end| end == "md"));
    pages
}

/// Returns whether rustdoc includes a page.
fn is_documentation(page: &Source) -> bool {
    page.path.starts_with(DOCS)
}

/// Returns `links.txt`, and after it what is there with a feature only.
fn rustdoc() -> Source {
    let read = |name| Source::read(&root().join(DOCS).join(name)).expect("it can be read");
    let mut all = read("links.txt");
    all.text.push_str(&read("links-sturdy.txt").text);
    all
}

/// The label of `[//]: # (..)`, which is how Markdown writes what nobody is to see.
const COMMENT: &str = "//";

const DOCS: &str = "capnweb-runtime/docs";
