//! The tables, as Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{fs, io};

use tests::root;

use super::Options;
use super::rig::{Rig, Way};
use super::work::Work;
use super::wrappers::Wrapper;

/// Nanoseconds for each call, by round.
#[derive(Default)]
pub(crate) struct Results(BTreeMap<(Way, Work, Wrapper), BTreeMap<usize, f64>>);

/// The middle of some numbers, and how far they reach.
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Results {
    pub(crate) fn note(&mut self, round: usize, rig: &Rig, work: Work, nanos: f64) {
        let rounds = self.0.entry((rig.way, work, rig.wrapper)).or_default();
        rounds.insert(round, nanos);
    }

    fn nanos(&self, way: Way, work: Work, wrapper: Wrapper) -> Option<Spread> {
        Spread::of(
            self.0
                .get(&(way, work, wrapper))?
                .values()
                .copied()
                .collect(),
        )
    }

    /// Returns how many times a bare call one of these is, taken within each round.
    fn ratio(&self, way: Way, work: Work, wrapper: Wrapper) -> Option<Spread> {
        let bare = self.0.get(&(way, work, Wrapper::Bare))?;
        let rounds = self.0.get(&(way, work, wrapper))?;
        let ratios = rounds
            .iter()
            .filter_map(|(round, nanos)| Some(nanos / bare.get(round)?));
        Spread::of(ratios.collect())
    }
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
        Some(Self {
            least: *values.first()?,
            median: f64::midpoint(*values.get(low)?, *values.get(high)?),
            most: *values.last()?,
        })
    }
}

pub(crate) fn tables(results: &Results, options: &Options) -> String {
    let mut text = format!(
        "Nanoseconds of processor time for each call, both ends together; {} rounds of {} ms, in which \
         all take their turn.\n",
        options.rounds,
        options.time.as_millis()
    );
    for way in Way::ALL {
        for work in Work::ALL {
            text += &table(results, way, work).unwrap_or_default();
        }
    }
    text
}

fn table(results: &Results, way: Way, work: Work) -> Option<String> {
    results.nanos(way, work, Wrapper::Bare)?;
    let mut text = format!("\n{}, {}:\n\n", way.title(), work.title());
    text += "| through | ns, median | min–max | × bare | min–max |\n|---|---|---|---|---|\n";
    for wrapper in Wrapper::ALL {
        let Some(nanos) = results.nanos(way, work, wrapper) else {
            continue;
        };
        let ratio = results.ratio(way, work, wrapper)?;
        writeln!(
            text,
            "| {} | {:.0} | {:.0}–{:.0} | {:.2} | {:.2}–{:.2} |",
            wrapper.title(),
            nanos.median,
            nanos.least,
            nanos.most,
            ratio.median,
            ratio.least,
            ratio.most
        )
        .ok()?;
    }
    Some(text)
}

/// Writes the tables into the documentation, between the two marks.
pub(crate) fn write(tables: &str) -> io::Result<()> {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path)?;
    let unmarked = || io::Error::other(format!("{PAGE} does not say where the tables go"));
    let (before, rest) = page.split_once(BEGIN).ok_or_else(unmarked)?;
    let (_, after) = rest.split_once(END).ok_or_else(unmarked)?;
    fs::write(path, format!("{before}{BEGIN}\n{tables}{END}{after}"))
}

const PAGE: &str = "capnweb-runtime/docs/authority.md";
const BEGIN: &str = "<!-- costs -->";
const END: &str = "<!-- /costs -->";
