//! A server that is killed again and again in the middle of calls, and clients that come back to it.
//!
//! It is killed 25 times, or as often as the environment variable `CAPNWEB_CHAOS_KILLS` says.

mod ledger;
mod server;
mod worker;

use std::env;
use std::sync::Arc;
use std::time::Duration;

use capnweb_runtime::{Connector, Reconnect, ReconnectingClient};
use tests::chaos::DrawerStub;
use tokio::task::JoinSet;

use ledger::Ledger;
use server::Victim;
use worker::Worker;

/// A18, and what a client may say of a call. The faults: a call is made twice; one that is said not to
/// have been sent was made; a reference leads to what another was derived to, or nowhere any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_does_nothing_twice_and_loses_nobody() {
    let data = tempfile::tempdir().unwrap();
    let journal = data.path().join("journal");
    let ledger = Arc::new(Ledger::default());
    let mut victim = Victim::start(&journal).await;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| client(&victim.url(), number))
        .collect();
    let mut workers = JoinSet::new();
    for (number, client) in clients.iter().enumerate() {
        for _ in 0..WORKERS {
            let worker = Worker::new(client.clone(), number, Arc::clone(&ledger));
            workers.spawn(worker.work());
        }
    }
    for kill in 0..kills() {
        ledger.some_more_are_done(1 + (kill * 37) % 150).await;
        victim.kill_and_start_again().await;
    }
    ledger.stop();
    let workers = tokio::time::timeout(LIMIT, workers.join_all());
    for worker in workers.await.expect("no call waits for ever") {
        worker.check_references().await;
    }
    ledger.check(&journal);
}

/// Each has other settings.
fn client(url: &str, number: usize) -> ReconnectingClient<DrawerStub> {
    let settings = Reconnect::new()
        .backoff(Duration::from_millis(2), Duration::from_millis(50))
        .healthy_after(Duration::from_millis(20))
        .max_waiting(64)
        .patience(Duration::from_millis([5, 50, 10_000][number % 3]));
    let client = Connector::new(url).reconnecting(settings);
    client.expect("it is a URL")
}

fn kills() -> u64 {
    let kills = env::var(KILLS).ok();
    kills.map_or(FEW, |text| {
        text.parse().unwrap_or_else(|_| panic!("{KILLS}={text}"))
    })
}

const KILLS: &str = "CAPNWEB_CHAOS_KILLS";
const FEW: u64 = 25;
const CLIENTS: usize = 3;
const WORKERS: usize = 3;

/// Far above what anything here takes; what has not happened by then will not.
const LIMIT: Duration = Duration::from_mins(2);
