//! What things cost, as it is written down.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use tests::root;
use tests::work::{Transport, Work};

use crate::meter::Cost;

/// What each work costs over each transport.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Ledger(BTreeMap<(String, String), Cost>);

impl Ledger {
    /// Reads what is written down.
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(path()).expect("the ledger can be read");
        Self::parse(&text)
    }

    fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.map(entry).collect())
    }

    pub(crate) fn note(&mut self, work: Work, transport: Transport, cost: Cost) {
        let key = (work.name().to_owned(), transport.name().to_owned());
        self.0.insert(key, cost);
    }

    /// Writes it down.
    pub(crate) fn write(&self) {
        std::fs::write(path(), format!("{HEAD}{self}")).expect("the ledger can be written");
    }

    /// Returns what costs more than is written down here, and what is not written down.
    pub(crate) fn excesses(&self, measured: &Self) -> Vec<String> {
        let excess = |(key, cost): (&(String, String), &Cost)| {
            let allowed = self.0.get(key);
            let within = allowed.is_some_and(|allowed| cost.is_within(allowed));
            (!within).then(|| format!("{} {}: {cost:?}, not {allowed:?}", key.0, key.1))
        };
        measured.0.iter().filter_map(excess).collect()
    }
}

impl Cost {
    /// Whether it is no more than that, but for what varies: how many messages are ready together,
    /// and how often a window is looked at.
    fn is_within(&self, allowed: &Self) -> bool {
        self.allocations <= allowed.allocations * 1.03 + 0.5
            && self.bytes <= allowed.bytes * 1.03 + 64.0
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for ((work, transport), cost) in &self.0 {
            let Cost { allocations, bytes } = cost;
            writeln!(f, "{work} {transport} {allocations:.1} {bytes:.0}")?;
        }
        Ok(())
    }
}

fn entry(line: &str) -> ((String, String), Cost) {
    let words: Vec<&str> = line.split(' ').collect();
    let [work, transport, allocations, bytes] = words[..] else {
        panic!("not an entry of the ledger: {line}");
    };
    let number = |word: &str| word.parse().expect("a number");
    let cost = Cost {
        allocations: number(allocations),
        bytes: number(bytes),
    };
    ((work.to_owned(), transport.to_owned()), cost)
}

fn path() -> PathBuf {
    root().join(PATH)
}

pub(crate) const PATH: &str = "tests/tests/allocations/ledger.txt";

const HEAD: &str = "\
# What both ends allocate together, for each call, chain of two calls, element of a map and chunk of
# 64 KiB. Written by `UPDATE_ALLOCATIONS=1 cargo test -p tests --test allocations`.
# work transport allocations bytes
";

/// Catches a guard that lets everything pass. No test of its own, as it would be counted.
pub(crate) fn check_that_excesses_are_found() {
    let ledger = Ledger::parse("# a comment\nup x 10.0 1000\ndown x 10.0 1000\n");
    let found = |text: &str| ledger.excesses(&Ledger::parse(text)).len();
    assert_eq!(found("up x 10.7 1090\ndown x 1.0 10"), 0);
    assert_eq!(found("up x 11.0 1000\ndown x 10.0 1200"), 2);
    assert_eq!(found("up y 1.0 10"), 1, "nothing is known of it");
}
