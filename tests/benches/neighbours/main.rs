//! How one honest neighbour fares beside each kind of attacker.
//!
//! `cargo bench -p tests --bench neighbours` starts a server in a process of its own, with one
//! thread, so that everybody shares it; measures the calls of one client, first alone, then beside
//! ten attackers of a kind for two seconds each; and prints a table. The figures are of one machine
//! at one time. That no call fails, and that everything comes back, is tested in `runtime`.
#![allow(clippy::print_stdout, reason = "it is a program")]

mod attacks;
mod street;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use attacks::{ATTACKS, Attack};
use street::HouseStub;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

const TIME: Duration = Duration::from_secs(2);

/// How many attack at once.
const ATTACKERS: usize = 10;

/// What the large things of attackers have, in bytes: less than a message may.
const SIZE: usize = 250_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("serve") => runtime().block_on(serve()),
        // `cargo test --benches` asks whether it runs, not how fast.
        Some("--test") => {}
        _ => measure(),
    }
}

async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    println!("ws://{address}/");
    let served = street::server().serve(listener).await;
    served.expect("the listener does not fail");
}

fn measure() {
    let server = ServerProcess::start();
    let neighbour = runtime();
    let house: HouseStub = neighbour
        .block_on(capnweb_runtime::connect(&server.url))
        .expect("the server is there");
    println!("| beside | calls | p50 | p99 | max | server's memory then, and after |");
    println!("|---|---|---|---|---|---|");
    print_row(&neighbour, &server, &house, None);
    for attack in ATTACKS {
        print_row(&neighbour, &server, &house, Some(*attack));
    }
}

fn print_row(
    neighbour: &Runtime,
    server: &ServerProcess,
    house: &HouseStub,
    attack: Option<Attack>,
) {
    let attackers = attack.map(|attack| Attackers::start(attack, &server.url));
    // Those who wait for a limit take a moment to get there.
    neighbour
        .block_on(street::live(house, TIME / 10))
        .expect("no call fails");
    let mut calls = neighbour
        .block_on(street::live(house, TIME))
        .expect("no call fails");
    let then = server.memory();
    drop(attackers);
    neighbour
        .block_on(street::until_quiet(house))
        .expect("no call fails");
    let after = server.memory();
    calls.sort_unstable();
    let at = |part: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a rank"
        )]
        let rank = ((calls.len() - 1) as f64 * part) as usize;
        calls[rank]
    };
    let name = attack.map_or("nobody", |attack| attack.name);
    println!(
        "| {name} | {} | {:.1?} | {:.1?} | {:.1?} | {then} MiB, {after} MiB |",
        calls.len(),
        at(0.5),
        at(0.99),
        at(1.0),
    );
}

/// Attackers at work, on a thread of their own.
struct Attackers(Option<Runtime>);

impl Attackers {
    fn start(attack: Attack, url: &str) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("there are threads");
        let url = url.to_owned();
        drop(runtime.spawn(async move {
            let mut all = JoinSet::new();
            for _ in 0..ATTACKERS {
                let url = url.clone();
                all.spawn(async move { attack.go_on(&url, SIZE).await });
            }
            all.join_all().await;
        }));
        Self(Some(runtime))
    }
}

impl Drop for Attackers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

struct ServerProcess {
    child: Child,
    url: String,
}

impl ServerProcess {
    fn start() -> Self {
        let program = std::env::current_exe().expect("this runs");
        let mut child = Command::new(program)
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs again");
        let mut url = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut url)
            .expect("it says where it is");
        Self {
            child,
            url: url.trim().to_owned(),
        }
    }

    /// Returns the resident memory in MiB; 0 where the system does not tell.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.unwrap_or(0_u64) / 1024
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may be gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is a runtime")
}
