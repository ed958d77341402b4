//! The attacks as they are written down, in `tests/litmus`.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;
use tests::{relative, root, source_files};

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attack {
    pub(crate) id: String,
    pub(crate) title: String,
    /// What is tried.
    #[serde(rename = "attack")]
    pub(crate) means: String,
    pub(crate) survival: String,
    pub(crate) cases: Vec<Case>,
    #[serde(default)]
    pub(crate) elsewhere: Vec<Elsewhere>,
}

/// One way of making the attack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) mechanism: Mechanism,
    pub(crate) npm: Verdict,
    pub(crate) steps: Vec<Step>,
}

/// What protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mechanism {
    Facet,
    Caretaker,
    Membrane,
    Guard,
    Brand,
    Types,
    Sturdy,
    Limits,
    Redaction,
    /// Part of the protocol's machinery: no target can do without.
    Session,
}

/// What the npm package makes of a case; of one that cannot be said there, nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    pub(crate) survives: Option<bool>,
    pub(crate) why: String,
}

/// A test for what cannot be said on a wire.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Elsewhere {
    pub(crate) what: String,
    /// The file, as seen from the root of the workspace, and the function: `tests/a.rs::name`.
    pub(crate) test: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    Mallory,
    Alice,
    Owner,
}

/// One step; the README beside the data says what each does.
#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "what takes nothing is told by its name alone")]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum Step {
    Send {
        who: Who,
        send: Vec<Value>,
        times: Option<i64>,
    },
    Push {
        who: Who,
        push: Value,
        #[serde(rename = "as")]
        name: String,
    },
    Pull {
        who: Who,
        pull: Value,
    },
    Hear {
        who: Who,
        hear: Vec<Value>,
        #[serde(default)]
        order: Order,
    },
    Ask {
        who: Who,
        ask: Value,
        answer: Option<Answer>,
        alike: Option<String>,
        #[serde(rename = "but for")]
        but_for: Option<String>,
    },
    Silent {
        who: Who,
        silent: True,
    },
    Aborted {
        who: Who,
        aborted: Value,
    },
    Connect {
        who: Who,
        connect: True,
    },
    HangUp {
        who: Who,
        #[serde(rename = "hang up")]
        hang_up: True,
    },
    World {
        world: BTreeMap<String, Value>,
    },
    Eventually {
        eventually: BTreeMap<String, Value>,
    },
    Each {
        each: BTreeMap<String, Vec<Value>>,
        steps: Vec<Self>,
    },
}

/// In which order messages have to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    #[default]
    Written,
    Any,
}

/// What an answer has to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    Resolve(Value),
    Reject(Value),
    Nothing,
}

/// What stands in a step that takes nothing.
#[derive(Debug, Deserialize)]
#[serde(try_from = "bool")]
pub(crate) struct True(());

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, &'static str> {
        value
            .then_some(Self(()))
            .ok_or("it is done, or not written")
    }
}

/// Returns all of them, in their order.
pub(crate) fn attacks() -> Vec<Attack> {
    let files = source_files(&root().join("tests/litmus")).expect("the attacks can be listed");
    let is_attack = |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "json");
    let files = files.iter().filter(is_attack);
    let attacks = files.map(|path| {
        let text = fs::read_to_string(path).expect("an attack is text");
        let attack = serde_json::from_str(&text);
        attack.unwrap_or_else(|error| panic!("{}: {error}", relative(path).display()))
    });
    attacks.collect()
}
