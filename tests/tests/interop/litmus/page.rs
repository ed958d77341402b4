//! The table of the documentation, made of the data.

use std::fmt::Write as _;
use std::fs;

use tests::root;

use super::data::{Attack, Case, attacks};

/// The fault: the documentation says of an attack what is not so. `UPDATE_LITMUS=1` writes it anew.
#[test]
fn the_page_says_what_is_played() {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path).expect("the page can be read");
    let (before, rest) = page
        .split_once(BEGIN)
        .expect("the page says where it begins");
    let (said, after) = rest.split_once(END).expect("the page says where it ends");
    let tables = format!("\n{}", tables(&attacks()));
    if std::env::var_os("UPDATE_LITMUS").is_some() {
        fs::write(path, format!("{before}{BEGIN}{tables}{END}{after}")).expect("it can be written");
        return;
    }
    assert_eq!(said, tables, "{PAGE}: write it anew with UPDATE_LITMUS=1");
}

fn tables(attacks: &[Attack]) -> String {
    let mut text = "| | attack | survival | ours | npm |\n|---|---|---|---|---|\n".to_owned();
    for attack in attacks {
        let Attack {
            id,
            title,
            survival,
            cases,
            ..
        } = attack;
        let anchor = anchor(attack);
        write_line(
            &mut text,
            &format!(
                "| [{id}](#{anchor}) | {title} | {survival} | ✓ | {} |",
                sum(cases)
            ),
        );
    }
    for attack in attacks {
        text += &section(attack);
    }
    text
}

fn section(attack: &Attack) -> String {
    let mut text = format!("\n## {}\n\n{}\n\n", heading(attack), attack.means);
    text += "| | protected by | ours | npm | |\n|---|---|---|---|---|\n";
    for case in &attack.cases {
        let mechanism = format!("{:?}", case.mechanism).to_lowercase();
        let (npm, why) = (mark(case.npm.survives), &case.npm.why);
        let name = &case.name;
        write_line(
            &mut text,
            &format!("| {name} | {mechanism} | ✓ | {npm} | {why} |"),
        );
    }
    if !attack.elsewhere.is_empty() {
        text += "\nElsewhere, as no wire has it:\n\n";
    }
    for proof in &attack.elsewhere {
        write_line(&mut text, &format!("* {}: `{}`", proof.what, proof.test));
    }
    text
}

fn heading(attack: &Attack) -> String {
    format!("{} {}", attack.id, attack.title)
}

fn anchor(attack: &Attack) -> String {
    let heading = heading(attack).to_lowercase().replace(' ', "-");
    let keep = |c: &char| c.is_alphanumeric() || *c == '-';
    heading.chars().filter(keep).collect()
}

/// Says in how many cases a peer survives, of those that it can be asked.
fn sum(cases: &[Case]) -> String {
    let asked = cases.iter().filter_map(|case| case.npm.survives);
    let (asked, survived) = asked.fold((0, 0), |(asked, survived), survives| {
        (asked + 1, survived + usize::from(survives))
    });
    match (asked, survived) {
        (0, _) => "–".to_owned(),
        _ if asked == cases.len() && survived == asked => "✓".to_owned(),
        (_, 0) => "✗".to_owned(),
        _ => {
            let parts = [
                ("✓", survived),
                ("✗", asked - survived),
                ("–", cases.len() - asked),
            ];
            let parts = parts.iter().filter(|(_, number)| *number > 0);
            let parts: Vec<String> = parts
                .map(|(mark, number)| format!("{number} {mark}"))
                .collect();
            parts.join(", ")
        }
    }
}

const fn mark(survives: Option<bool>) -> &'static str {
    match survives {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "–",
    }
}

fn write_line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}

const PAGE: &str = "capnweb-runtime/docs/litmus.md";
const BEGIN: &str = "<!-- played -->";
const END: &str = "<!-- /played -->";
