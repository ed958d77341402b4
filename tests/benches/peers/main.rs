//! Ours beside its peers, interleaved, each side with a core of its own.
//!
//! `cargo bench -p tests --bench peers` builds the programs of `tests/peers`, has every client take
//! its turn in every round, prints tables and writes them into `capnweb-runtime/docs/performance.md`.
//!
//! | option | what it does |
//! |---|---|
//! | `--rounds 5` | how many rounds there are |
//! | `--seconds 2` | how long each client measures |
//! | `--only pipelined,npm` | these patterns and peers only, and what they are compared with; nothing is written |
//!
//! Servers run on the first core, clients on the second, each with one thread of its runtime. A
//! client is a fresh process in each round; servers stay, but for what is measured of memory. Node.js
//! is needed for the npm peer; with `CAPNWEB_SKIP_JS=1` it is left out.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

mod contest;
mod goals;
mod machine;
mod page;
mod programs;
mod results;

use std::error::Error;
use std::time::Duration;

use contest::{CONTESTS, Case, Contest, Peer};
use machine::Calibration;
use programs::{Programs, Servers};
use results::Results;
use tests::Node;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("calibrate") => machine::calibrate(),
        // `cargo test --benches` asks whether it runs, not how fast.
        _ if arguments.iter().any(|argument| argument == "--test") => {}
        _ => compare(&Options::read(&arguments)?)?,
    }
    Ok(())
}

/// What is to be compared.
struct Options {
    rounds: usize,
    time: Duration,
    only: Vec<String>,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, Box<dyn Error>> {
        let value = |name: &str| {
            let mut rest = arguments.iter().skip_while(|argument| *argument != name);
            rest.nth(1)
        };
        let only = value("--only").map(String::as_str).unwrap_or_default();
        Ok(Self {
            rounds: value("--rounds").map_or(Ok(5), |rounds| rounds.parse())?,
            time: Duration::from_secs_f64(
                value("--seconds").map_or(Ok(2.0), |seconds| seconds.parse())?,
            ),
            only: only
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Whether something with these names is to be measured: what is named, or else everything.
    fn wants(&self, contest: &Contest, peer: Peer) -> bool {
        let named = |name: &str| self.only.iter().any(|only| only == name);
        let any_contest = CONTESTS.iter().any(|contest| named(contest.name));
        let any_peer = Peer::ALL.iter().any(|peer| named(peer.name()));
        (!any_contest || named(contest.name))
            && (!any_peer || named(peer.name()) || contest.reference == Some(peer))
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut cases: Vec<Case> = contest::cases()
        .filter(|case| options.wants(case.contest, case.peer))
        .collect();
    if cases.iter().any(|case| case.needs_node()) && Node::prepare()?.is_none() {
        cases.retain(|case| !case.needs_node());
    }
    let programs = Programs::build(&cases)?;
    let mut servers = Servers::start(&programs, &cases)?;
    let mut results = Results::default();
    let mut calibration = Calibration::default();
    for round in 1..=options.rounds {
        calibration.measure()?;
        for case in &cases {
            match servers.run(&programs, case, options.time) {
                Ok(found) => results.note(case, round, found),
                Err(error) => eprintln!("{} {}: {error}", case.contest.name, case.peer.name()),
            }
        }
        eprintln!("round {round} of {} is over", options.rounds);
    }
    drop(servers);
    let how = page::How {
        rounds: options.rounds,
        time: options.time,
        machine: machine::describe(),
        calibration,
    };
    let tables = page::tables(&results, &how);
    println!("{tables}");
    if options.only.is_empty() {
        page::write(&tables)?;
    }
    Ok(())
}
