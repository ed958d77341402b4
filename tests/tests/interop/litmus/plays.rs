//! Who plays what, and what has to come of it.

use std::time::Duration;

use tests::{root, source_files};

use super::data::{Attack, Case, Mechanism, attacks};
use super::player::play;
use super::target::serve;
use crate::support::{node, runtime};

/// The fault: an attack that succeeds.
#[test]
fn the_runtime_survives_every_attack() {
    let attacks = attacks();
    let found = runtime().block_on(async {
        let target = serve().await;
        let mut found = Vec::new();
        for (attack, case) in cases(&attacks) {
            if let Err(fault) = play(&target, case, None, PATIENCE).await {
                found.push(format!("{} {}: {fault}", attack.id, case.name));
            }
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// The fault: a case that says nothing, as it is survived without what it is about, too.
#[test]
fn without_what_protects_no_attack_is_survived() {
    let attacks = attacks();
    let survived = runtime().block_on(async {
        let target = serve().await;
        let mut survived = Vec::new();
        for (attack, case) in cases(&attacks) {
            let Some(name) = case.mechanism.name() else {
                continue;
            };
            if play(&target, case, Some(name), IMPATIENCE).await.is_ok() {
                survived.push(format!("{} {} without {name}", attack.id, case.name));
            }
        }
        survived
    });
    assert!(survived.is_empty(), "{}", survived.join("\n"));
}

/// The fault: what is said of the npm package is not so, or is so no longer.
#[test]
fn npm_does_as_it_is_said_to() {
    let Some(node) = node() else { return };
    let mut target = node
        .program("litmus-target.mjs", &["--listen", "127.0.0.1:0"])
        .expect("it starts");
    let url = target
        .line_after("listening on ", START)
        .expect("it listens");
    let attacks = attacks();
    let found = runtime().block_on(async {
        let mut found = Vec::new();
        for (attack, case) in cases(&attacks) {
            let Some(said) = case.npm.survives else {
                continue;
            };
            let patience = if said { PATIENCE } else { IMPATIENCE };
            let outcome = play(&url, case, None, patience).await;
            if outcome.is_ok() != said {
                found.push(format!("{} {}: {outcome:?}", attack.id, case.name));
            }
        }
        found
    });
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// The fault: an attack of the list that nobody makes.
#[test]
fn all_twenty_are_there() {
    let attacks = attacks();
    let ids: Vec<&str> = attacks.iter().map(|attack| attack.id.as_str()).collect();
    let expected: Vec<String> = (1..=20).map(|number| format!("A{number}")).collect();
    assert_eq!(ids, expected);
    for attack in &attacks {
        assert!(!attack.cases.is_empty(), "{} has no case", attack.id);
    }
}

/// The fault: a proof that is elsewhere, and was renamed or removed there.
#[test]
fn what_is_shown_elsewhere_is_there() {
    for attack in attacks() {
        for proof in attack.elsewhere {
            let (path, name) = proof.test.split_once("::").expect("a file and a test");
            let path = root().join(path);
            let files = source_files(path.parent().expect("a directory")).expect("sources");
            assert!(files.contains(&path), "{}: no {}", attack.id, proof.test);
            let text = std::fs::read_to_string(&path).expect("a source is text");
            let is_there = text.contains(&format!("fn {name}("));
            assert!(is_there, "{}: no {}", attack.id, proof.test);
        }
    }
}

fn cases(attacks: &[Attack]) -> impl Iterator<Item = (&Attack, &Case)> {
    attacks
        .iter()
        .flat_map(|attack| attack.cases.iter().map(move |case| (attack, case)))
}

impl Mechanism {
    /// Returns its name, if a target can do without it.
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Facet => "facet",
            Self::Caretaker => "caretaker",
            Self::Membrane => "membrane",
            Self::Guard => "guard",
            Self::Brand => "brand",
            Self::Types => "types",
            Self::Sturdy => "sturdy",
            Self::Limits => "limits",
            Self::Redaction => "redaction",
            Self::Session => return None,
        })
    }
}

/// How long a message may take that has to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one may take that must not come: what is not said in this time, between two ends of one
/// machine, is a fault, which is what is looked for.
const IMPATIENCE: Duration = Duration::from_secs(1);

const START: Duration = Duration::from_secs(30);
