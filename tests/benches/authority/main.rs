//! What authority costs: a call through each of what narrows or takes back, beside a bare one.
//!
//! `cargo bench -p tests --bench authority` has all of them take their turn in every round, prints a table
//! and writes it into `capnweb-runtime/docs/authority.md`.
//!
//! | option | what it does |
//! |---|---|
//! | `--rounds 9` | how many rounds there are |
//! | `--millis 100` | how long each measures in a round |
//! | `--only membrane,local` | these wrappers, ways and works only, beside the bare call; nothing is written |
//!
//! Both ends are in this process, on one thread, so that what is measured is work and not waiting.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]

mod page;
mod rig;
mod work;
mod wrappers;

use std::error::Error;
use std::time::Duration;

use page::Results;
use rig::{Rig, Way};
use tokio::runtime::Builder;
use work::Work;
use wrappers::Wrapper;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` asks whether it runs, not how fast.
    if arguments.iter().any(|argument| argument == "--test") {
        return Ok(());
    }
    let options = Options::read(&arguments)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let results = runtime.block_on(measure(&options))?;
    let tables = page::tables(&results, &options);
    println!("{tables}");
    if options.only.is_empty() {
        page::write(&tables)?;
    }
    Ok(())
}

/// What is to be measured.
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
        let number = |name: &str, usual: usize| value(name).map_or(Ok(usual), |text| text.parse());
        let only = value("--only").map(String::as_str).unwrap_or_default();
        Ok(Self {
            rounds: number("--rounds", 9)?,
            time: Duration::from_millis(number("--millis", 100)? as u64),
            only: only
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Whether something of this name is to be measured, which is one of a kind.
    fn wants(&self, name: &str, kind: &[&str]) -> bool {
        let named = |name: &str| self.only.iter().any(|only| only == name);
        named(name) || !kind.iter().any(|name| named(name))
    }
}

async fn measure(options: &Options) -> Result<Results, Box<dyn Error>> {
    let ways = Way::ALL.map(Way::name);
    let wrappers = Wrapper::ALL.map(Wrapper::name);
    let works = Work::ALL.map(Work::name);
    let mut rigs = Vec::new();
    for way in Way::ALL
        .into_iter()
        .filter(|way| options.wants(way.name(), &ways))
    {
        for wrapper in Wrapper::ALL {
            if wrapper == Wrapper::Bare || options.wants(wrapper.name(), &wrappers) {
                rigs.push(Rig::set_up(way, wrapper).await?);
            }
        }
    }
    let mut results = Results::default();
    for round in 1..=options.rounds {
        for work in Work::ALL
            .into_iter()
            .filter(|work| options.wants(work.name(), &works))
        {
            for rig in &rigs {
                let nanos = rig.measure(work, options.time).await?;
                results.note(round, rig, work, nanos);
            }
        }
        eprintln!("round {round} of {} is over", options.rounds);
    }
    Ok(results)
}
