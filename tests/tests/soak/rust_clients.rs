//! Clients of this implementation's against the JavaScript target.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use capnweb_runtime::{Capability as _, Connector, ReadableStream, Session, Value};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use tests::Node;
use tokio::runtime::{Builder, Runtime};

use super::acts::{ACTS, Act, LEAVING};
use super::memory::Memory;
use super::support::{Done, alone, duration, heap, report};
use super::target::TargetStub;

#[test]
fn rust_clients_leave_nothing_behind() {
    let Some(node) = Node::for_test() else { return };
    let _alone = alone();
    let arguments = ["--listen", "127.0.0.1:0"];
    let mut server = node.measured_program("target.mjs", &arguments).unwrap();
    let url = server.line_after("listening on ", LIMIT).unwrap();
    let mut resident = Memory::new("resident in the Rust clients:");
    let soak = Soak::new(url, duration());
    let going_on =
        || runtime().block_on(async { tokio::time::timeout(duration() + LIMIT, soak.run()).await });
    resident
        .sampled(std::process::id(), going_on)
        .expect("it ends in time");
    let mut memory = vec![resident];
    #[cfg(unix)]
    {
        let end = server.terminate(LIMIT).unwrap();
        memory.push(heap("alive in the JavaScript server:", &end.lines));
    }
    report("Rust clients", &soak.done(), &memory);
    memory.iter().for_each(Memory::assert_flat);
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(1).enable_all();
    builder.build().expect("a runtime starts")
}

struct Soak {
    url: String,
    end: Instant,
    counts: Vec<(&'static str, AtomicU64)>,
}

impl Soak {
    #[allow(clippy::disallowed_methods, reason = "a soak goes by the real clock")]
    fn new(url: String, duration: Duration) -> Self {
        let names = ACTS.iter().chain(LEAVING).map(|act| act.name);
        Self {
            url,
            end: Instant::now() + duration,
            counts: names
                .chain(["reconnect"])
                .map(|name| (name, AtomicU64::new(0)))
                .collect(),
        }
    }

    async fn run(&self) {
        let staying = join_all((0..SESSIONS).map(|seed| self.stay(seed)));
        tokio::join!(staying, self.come_and_go());
    }

    fn done(&self) -> Done {
        let counts = self.counts.iter();
        counts
            .map(|(name, count)| ((*name).to_owned(), count.load(Ordering::Relaxed)))
            .collect()
    }

    /// On a machine that is busy, it goes on until everything was done once.
    #[allow(clippy::disallowed_methods, reason = "a soak goes by the real clock")]
    fn is_over(&self) -> bool {
        let mut counts = self.counts.iter().map(|(_, count)| count);
        Instant::now() >= self.end && counts.all(|count| count.load(Ordering::Relaxed) > 0)
    }

    fn count(&self, name: &str) {
        for (_, count) in self.counts.iter().filter(|(known, _)| *known == name) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn act(&self, act: &Act, api: &TargetStub) {
        let outcome = (act.run)(api.clone()).await;
        outcome.unwrap_or_else(|error| panic!("{}: {error:?}", act.name));
        self.count(act.name);
    }

    /// A session that lasts: begins and ends with the same tables.
    async fn stay(&self, seed: usize) {
        let (api, session): (TargetStub, _) = Connector::new(&self.url)
            .connect_with_session()
            .await
            .expect("the target is there");
        let idle = api.stats().await.unwrap();
        join_all((0..WORKERS).map(|worker| self.work(&api, seed * WORKERS + worker))).await;
        // The target keeps the last callback; a function of its own takes its place.
        let own = api.as_stub().get("square").await.unwrap();
        let replaced = api.as_stub().call("registerCallback", (own,));
        drop(replaced.await.unwrap());
        let mut there = api.stats().await.unwrap();
        for _ in 0..ROUND_TRIPS {
            if is_empty(&session) && there == idle {
                return;
            }
            there = api.stats().await.unwrap();
        }
        panic!("left here: {:?}; there: {there:?}", session.stats());
    }

    /// Does one thing after the other, in an order of its own.
    async fn work(&self, api: &TargetStub, seed: usize) {
        let mut at = seed;
        while !self.is_over() {
            at = (at * 5 + 3) % PERIOD;
            self.act(&ACTS[at % ACTS.len()], api).await;
        }
    }

    /// Sessions that come, and go with something under way.
    async fn come_and_go(&self) {
        for round in 0.. {
            if self.is_over() {
                return;
            }
            // A runtime of its own can be taken away from under a session.
            let runtime = runtime();
            let (api, session) = self.connect(&runtime).await;
            self.act(&ACTS[round % ACTS.len()], &api).await;
            self.act(&LEAVING[round % LEAVING.len()], &api).await;
            let under_way = tokio::spawn(begin(api.clone()));
            if round % 2 == 0 {
                api.return_null().await.unwrap();
            }
            end(round, api, &session, runtime);
            under_way.await.unwrap();
            self.count("reconnect");
        }
    }

    async fn connect(&self, runtime: &Runtime) -> (TargetStub, Session) {
        let connecting = Connector::new(&self.url).connect_with_session();
        let connected = runtime.spawn(connecting).await.unwrap();
        connected.expect("the target is there")
    }
}

/// Ends a session in one of the ways there are: by a word, by letting go of it, or by taking away what
/// it runs on, which cuts the connection.
fn end(round: usize, api: TargetStub, session: &Session, runtime: Runtime) {
    match round % 3 {
        0 => session.close("enough"),
        1 => drop(api),
        _ => {}
    }
    if round % 3 == 2 {
        runtime.shutdown_background();
    } else {
        drop(tokio::spawn(keep_until_closed(session.clone(), runtime)));
    }
}

async fn keep_until_closed(session: Session, runtime: Runtime) {
    drop(session.closed().await);
    runtime.shutdown_background();
}

fn is_empty(session: &Session) -> bool {
    let stats = session.stats();
    (stats.imports, stats.exports) == (1, 1)
}

/// Begins what would take longer than its session lasts, lets go of the main object, and waits until
/// all of it has failed.
async fn begin(api: TargetStub) {
    let endless = stream::repeat_with(|| Value::String("x".repeat(1000)));
    let slow = api.slow_method(2000);
    let sending = api.collect_stream(ReadableStream::new(endless));
    let stream = api.make_byte_stream(100_000_000, 10_000);
    drop(api);
    let reading = async {
        let mut stream = stream.await?;
        while let Some(chunk) = stream.next().await {
            drop(chunk?);
        }
        Ok::<_, capnweb_runtime::Error>(())
    };
    let (slow, sending, reading) = tokio::join!(slow.into_future(), sending.into_future(), reading);
    assert!(slow.is_err() && sending.is_err() && reading.is_err());
}

const SESSIONS: usize = 3;

/// What is done at the same time in each session.
const WORKERS: usize = 2;

/// A power of two: after so many steps the order repeats.
const PERIOD: usize = 1 << 16;

const ROUND_TRIPS: usize = 100;

const LIMIT: Duration = Duration::from_mins(1);
