//! The tables, as Markdown.

use std::fmt::Write as _;
use std::time::Duration;
use std::{fs, io};

use tests::root;

use crate::contest::{CONTESTS, Contest, Peer};
use crate::goals::{Bound, GOALS, Goal};
use crate::machine::Calibration;
use crate::results::{Results, Spread};

/// How it was measured.
pub(crate) struct How {
    pub(crate) rounds: usize,
    pub(crate) time: Duration,
    pub(crate) machine: String,
    pub(crate) calibration: Calibration,
}

/// Returns everything that was found out.
pub(crate) fn tables(results: &Results, how: &How) -> String {
    let (least, most) = how.calibration.range();
    let mut text = format!(
        "{}. {} rounds, {} s for each client in each; the same arithmetic took {least:.0} to {most:.0} \
         ms at the beginning of the rounds.\n",
        how.machine,
        how.rounds,
        how.time.as_secs_f64(),
    );
    text += &goals(results);
    for contest in CONTESTS {
        text += &table(results, contest);
    }
    text
}

/// Writes the tables into the documentation, between the two marks.
pub(crate) fn write(tables: &str) -> io::Result<()> {
    let path = root().join(PAGE);
    let page = fs::read_to_string(&path)?;
    let (before, rest) = page.split_once(BEGIN).ok_or_else(unmarked)?;
    let (_, after) = rest.split_once(END).ok_or_else(unmarked)?;
    fs::write(path, format!("{before}{BEGIN}\n{tables}{END}{after}"))
}

fn unmarked() -> io::Error {
    io::Error::other(format!("{PAGE} does not say where the tables go"))
}

fn goals(results: &Results) -> String {
    let rows: Vec<String> = GOALS
        .iter()
        .filter_map(|goal| Some(goal_row(goal, goal.measured(results)?)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = "\n### What was to be reached\n\n| | measured | at least | | aim | |\n\
                |---|---|---|---|---|---|\n";
    head.to_owned() + &rows.concat()
}

fn goal_row(goal: &Goal, measured: f64) -> String {
    let cells = |bound: Option<Bound>| match bound {
        Some(bound) if bound.holds(measured) => format!("{} | met", bound_text(bound)),
        Some(bound) => format!("{} | **not met**", bound_text(bound)),
        None => " | ".to_owned(),
    };
    let (least, aim) = (cells(goal.least), cells(goal.aim));
    format!(
        "| {} | {} | {least} | {aim} |\n",
        goal.what,
        number(measured)
    )
}

fn bound_text(bound: Bound) -> String {
    match bound {
        Bound::AtLeast(bound) => format!("≥ {}", number(bound)),
        Bound::AtMost(bound) => format!("≤ {}", number(bound)),
    }
}

fn table(results: &Results, contest: &Contest) -> String {
    let peers: Vec<Peer> = results.peers(contest).collect();
    if peers.is_empty() {
        return String::new();
    }
    let mut text = format!("\n### {}\n\n", contest.title);
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| {
            peers
                .iter()
                .any(|&peer| !column.cell.text(results, contest, peer).is_empty())
        })
        .collect();
    let reference = contest.reference.map_or("", Peer::name);
    let head = |column: &&Column| {
        let head = column.head.replace("UNIT", contest.unit);
        head.replace("REFERENCE", reference)
    };
    let heads: Vec<String> = columns.iter().map(head).collect();
    writeln!(text, "| | {} |", heads.join(" | ")).expect("a String takes everything");
    writeln!(text, "|---|{}", "---|".repeat(columns.len())).expect("a String takes everything");
    for peer in peers {
        let cells = columns
            .iter()
            .map(|column| column.cell.text(results, contest, peer));
        let cells: Vec<String> = cells.collect();
        writeln!(text, "| {} | {} |", peer.title(), cells.join(" | "))
            .expect("a String takes everything");
    }
    text
}

/// A column, which is left out where nobody has anything in it.
struct Column {
    head: &'static str,
    cell: Cell,
}

/// What stands in a column for a peer.
enum Cell {
    /// The median of a field, in so many of its units.
    Median(&'static str, f64),
    /// The processor time of one of what is counted, which is nothing where memory is.
    Processor(&'static str),
    /// Something else.
    Other(fn(&Results, &Contest, Peer) -> String),
}

impl Cell {
    fn text(&self, results: &Results, contest: &Contest, peer: Peer) -> String {
        match self {
            Self::Processor(_) if contest.unit == "bytes" => String::new(),
            Self::Processor(field) => median(results, contest, peer, field, 1.0),
            Self::Median(field, unit) => median(results, contest, peer, field, *unit),
            Self::Other(text) => text(results, contest, peer),
        }
    }
}

const COLUMNS: &[Column] = &[
    Column {
        head: "UNIT, median",
        cell: Cell::Median("rate", 1.0),
    },
    Column {
        head: "min–max",
        cell: Cell::Other(|results, contest, peer| {
            let spread = results.spread(contest.name, peer, "rate");
            spread.map_or_else(String::new, range)
        }),
    },
    Column {
        head: "× REFERENCE",
        cell: Cell::Other(|results, contest, peer| {
            let other = contest.reference;
            let ratio = other.and_then(|other| results.ratio(contest.name, peer, other, "rate"));
            ratio.map_or_else(String::new, |ratio| number(ratio.median))
        }),
    },
    Column {
        head: "× beside none (min–max)",
        cell: Cell::Other(|results, contest, peer| {
            let times = results.spread(contest.name, peer, "times");
            times.map_or_else(String::new, |times| {
                format!("{} ({})", number(times.median), range(times))
            })
        }),
    },
    Column {
        head: "of server CPU",
        cell: Cell::Median("times_cpu", 1.0),
    },
    Column {
        head: "how many",
        cell: Cell::Median("many", 1.0),
    },
    Column {
        head: "p50 µs",
        cell: Cell::Median("p50_us", 1.0),
    },
    Column {
        head: "p99 µs",
        cell: Cell::Median("p99_us", 1.0),
    },
    Column {
        head: "server CPU µs",
        cell: Cell::Processor("server_cpu_us"),
    },
    Column {
        head: "client CPU µs",
        cell: Cell::Processor("client_cpu_us"),
    },
    Column {
        head: "client bytes",
        cell: Cell::Median("client_bytes", 1.0),
    },
    Column {
        head: "server peak MiB",
        cell: Cell::Median("server_peak_kib", 1024.0),
    },
    Column {
        head: "client peak MiB",
        cell: Cell::Median("client_peak_kib", 1024.0),
    },
];

fn median(results: &Results, contest: &Contest, peer: Peer, field: &str, unit: f64) -> String {
    let spread = results.spread(contest.name, peer, field);
    spread.map_or_else(String::new, |spread| number(spread.median / unit))
}

fn range(spread: Spread) -> String {
    format!("{}–{}", number(spread.least), number(spread.most))
}

/// Writes a number with as many digits as mean something, and its thousands apart.
fn number(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 => thousands(&format!("{number:.0}")),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

fn thousands(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if index > 0 && left.is_multiple_of(3) && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const PAGE: &str = "capnweb-runtime/docs/performance.md";
const BEGIN: &str = "<!-- measured -->";
const END: &str = "<!-- /measured -->";
