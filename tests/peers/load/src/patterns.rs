//! The ways of using a server that are measured.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;

use crate::options::Plan;
use crate::report::{Latencies, Report};

/// One call at a time; `call` is given a number that is another one each time.
pub async fn sequential(plan: &Plan, mut call: impl AsyncFnMut(u32)) {
    let mut numbers = (0..SQUARES).cycle();
    let mut next = || numbers.next().unwrap_or_default();
    let warm = Instant::now();
    while warm.elapsed() < plan.warm {
        call(next()).await;
    }
    let mut latencies = Latencies::default();
    let mut report = Report::begin(plan);
    let begun = Instant::now();
    let mut n = 0_u32;
    while begun.elapsed() < plan.time {
        let called = Instant::now();
        call(next()).await;
        latencies.note(called);
        n += 1;
    }
    report.end(f64::from(n));
    report.latencies(latencies).print();
}

/// So many calls in flight on each connection, each of which counts as `each`.
pub async fn windowed<C, F>(
    plan: &Plan,
    connections: Vec<C>,
    each: u32,
    call: impl Fn(C, u32) -> F + Clone + 'static,
) where
    C: Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    timed(plan, connections, each, call).await.1.print();
}

/// Like [`windowed`]; returns what was found out, and before it what one call costs: its share of the
/// time, and of the server's processor time, in microseconds.
pub async fn timed<C, F>(
    plan: &Plan,
    connections: Vec<C>,
    each: u32,
    call: impl Fn(C, u32) -> F + Clone + 'static,
) -> ((f64, f64), Report)
where
    C: Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    let answered = Rc::new(Cell::new(0_u32));
    let stopped = Rc::new(Cell::new(false));
    let window = plan.window;
    LocalSet::new()
        .run_until(async {
            let mut tasks = JoinSet::new();
            for connection in connections {
                let (answered, stopped) = (Rc::clone(&answered), Rc::clone(&stopped));
                let call = call.clone();
                tasks.spawn_local(async move {
                    let mut numbers = (0..SQUARES).cycle();
                    let mut next = || call(connection.clone(), numbers.next().unwrap_or_default());
                    let mut flying: FuturesUnordered<_> = (0..window).map(|_| next()).collect();
                    while flying.next().await.is_some() {
                        answered.set(answered.get() + 1);
                        if !stopped.get() {
                            flying.push(next());
                        }
                    }
                });
            }
            sleep(plan.warm).await;
            let before = answered.get();
            let mut report = Report::begin(plan);
            sleep(plan.time).await;
            let done = f64::from(answered.get() - before) * f64::from(each);
            let cost = report.end(done);
            stopped.set(true);
            // A server that has stopped to answer has been measured.
            drop(
                tokio::time::timeout(PATIENCE, async {
                    while tasks.join_next().await.is_some() {}
                })
                .await,
            );
            (cost, report)
        })
        .await
}

/// The same again and again, each time `amount` of whatever is counted.
pub async fn repeated(plan: &Plan, amount: f64, mut go: impl AsyncFnMut()) {
    let warm = Instant::now();
    while warm.elapsed() < plan.warm {
        go().await;
    }
    let mut report = Report::begin(plan);
    let begun = Instant::now();
    let mut n = 0.0;
    while begun.elapsed() < plan.time {
        go().await;
        n += amount;
    }
    report.end(n);
    report.print();
}

/// The numbers that are called with are below: their squares are exact in JavaScript, too.
const SQUARES: u32 = 1 << 20;

const PATIENCE: Duration = Duration::from_secs(5);
