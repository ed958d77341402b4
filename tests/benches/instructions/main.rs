//! How many instructions each call, chain, element and chunk costs, and where they are spent.
//!
//! `cargo bench -p tests --bench instructions` runs itself under callgrind (`valgrind`), and prints
//! what one of each costs, both ends together, however busy the machine is. With the name of one of
//! them, such as `-- pipelined`, it leaves a profile, and says how to look at it. `--websocket` has
//! the two ends speak over a socket, and not within the process.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::fs::create_dir_all;
use std::process::Command;

use tests::root;
use tests::work::{Transport, Work};
use tokio::runtime::{Builder, Runtime};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let work = arguments.iter().find_map(|name| Work::named(name));
    let transport = if has("--websocket") {
        Transport::WebSocket
    } else {
        Transport::InProcess
    };
    match work {
        // `cargo test --benches` asks whether it runs, not what it finds.
        _ if has("--test") => {}
        Some(work) if has("run") => run(work, transport, number(&arguments)),
        Some(work) => profile(work, transport),
        None => print_all(transport),
    }
}

/// Does so many of one work: what callgrind looks at.
fn run(work: Work, transport: Transport, n: usize) {
    runtime().block_on(async {
        let api = transport.connect().await;
        work.run(&api, n).await.expect("nothing fails");
    });
}

fn print_all(transport: Transport) {
    println!("| of each | instructions |");
    println!("|---|---|");
    for work in Work::ALL {
        let some = some(work);
        let (once, twice) = (some, some * 2);
        let spent = |n| instructions(work, transport, n, &[]);
        let each = spent(twice).saturating_sub(spent(once)) / some as u64;
        println!("| {} | {each} |", work.name());
    }
}

fn profile(work: Work, transport: Transport) {
    let file = root()
        .join("target")
        .join(format!("callgrind.{}", work.name()));
    create_dir_all(file.with_file_name("")).expect("builds may leave things there");
    let out = format!("--callgrind-out-file={}", file.display());
    let n = some(work) * 5;
    let spent = instructions(work, transport, n, &[&out]);
    println!("{spent} instructions for {n} and for the beginning; where they went:");
    println!(
        "callgrind_annotate --inclusive=yes {} | less",
        file.display()
    );
}

/// Returns how many instructions a program takes that does so many of one work.
fn instructions(work: Work, transport: Transport, n: usize, options: &[&str]) -> u64 {
    let program = std::env::current_exe().expect("this runs");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(options)
        .arg(program)
        .args(["run", work.name(), &n.to_string()])
        .args(matches!(transport, Transport::WebSocket).then_some("--websocket"))
        .output()
        .expect("valgrind is installed");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let collected = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.expect("callgrind says what it has counted");
    count.trim().parse().expect("a number")
}

/// So many that the beginning does not weigh, and no more than callgrind does in some seconds.
const fn some(work: Work) -> usize {
    match work {
        Work::Down | Work::Up => 50,
        _ => 1000,
    }
}

fn number(arguments: &[String]) -> usize {
    let mut numbers = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok());
    numbers.next().expect("how many")
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is a runtime")
}
