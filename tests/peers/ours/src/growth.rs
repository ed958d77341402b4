//! What it costs to have many of something.

use futures_util::future::join_all;
use load::{Plan, Report, resident_bytes};
use tests::work::{ApiStub, CounterStub};
use tokio::task::JoinSet;

use crate::client::{connect, connect_all, square, try_connect};

/// The memory of the server for each object that is held.
pub(crate) async fn capabilities(plan: &Plan) {
    let api = connect(plan).await;
    // What the first ones need besides themselves is there.
    drop(hold(&api, 2000).await);
    square(&api, 2).await;
    let before = Memory::now(plan);
    let held = hold(&api, plan.many).await;
    before.print(plan, held.len());
}

/// The memory of the server for each connection that has made one call.
pub(crate) async fn connections(plan: &Plan) {
    let first = connect(plan).await;
    square(&first, 2).await;
    let before = Memory::now(plan);
    let open = open(plan).await;
    before.print(plan, open.len());
}

/// What a call costs beside a million objects that are held, and how many times that is what it
/// costs beside none.
pub(crate) async fn beside_capabilities(plan: &Plan) {
    let api = connect(plan).await;
    let call = |api: ApiStub, n| async move { square(&api, n).await };
    let (alone, _) = load::timed(plan, vec![api.clone()], 1, call).await;
    let held = hold(&api, plan.many).await;
    let (beside, report) = load::timed(plan, vec![api], 1, call).await;
    print(report, alone, beside, held.len());
}

/// The same beside connections that nothing happens on.
pub(crate) async fn beside_connections(plan: &Plan) {
    let busy = connect_all(plan).await;
    let call = |api: ApiStub, n| async move { square(&api, n).await };
    let (alone, _) = load::timed(plan, busy.clone(), 1, call).await;
    let idle = open(plan).await;
    let (beside, report) = load::timed(plan, busy, 1, call).await;
    print(report, alone, beside, idle.len());
}

fn print(report: Report, alone: (f64, f64), beside: (f64, f64), many: usize) {
    report
        .field("many", many)
        .field("times", beside.0 / alone.0)
        .field("times_cpu", beside.1 / alone.1)
        .print();
}

/// Makes so many objects, some at a time.
async fn hold(api: &ApiStub, many: usize) -> Vec<CounterStub> {
    let mut held = Vec::with_capacity(many);
    while held.len() < many {
        let some = (0..WAVE.min(many - held.len())).map(|_| api.make_counter(0));
        for counter in join_all(some).await {
            held.push(counter.expect("it is made"));
        }
    }
    held
}

/// Opens so many connections, or as many as the system lets be opened.
async fn open(plan: &Plan) -> Vec<ApiStub> {
    let mut open = Vec::new();
    while open.len() < plan.many {
        let mut opening = JoinSet::new();
        for _ in 0..OPENING.min(plan.many - open.len()) {
            let plan = plan.clone();
            opening.spawn(async move { try_connect(&plan).await });
        }
        let opened: Vec<_> = opening.join_all().await.into_iter().flatten().collect();
        if opened.is_empty() {
            break;
        }
        join_all(opened.iter().map(|api| square(api, 2))).await;
        open.extend(opened);
    }
    open
}

/// The memory of both sides at some time.
struct Memory {
    client: u64,
    server: u64,
}

impl Memory {
    fn now(plan: &Plan) -> Self {
        Self {
            client: resident_bytes(std::process::id()),
            server: resident_bytes(plan.server),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "as much as fits into memory")]
    fn print(self, plan: &Plan, many: usize) {
        let now = Self::now(plan);
        let each = |now: u64, before: u64| (now as f64 - before as f64) / many as f64;
        let mut report = Report::begin(plan);
        report.end(1.0);
        report
            .field("many", many)
            .field("rate", each(now.server, self.server))
            .field("client_bytes", each(now.client, self.client))
            .print();
    }
}

const WAVE: usize = 1000;

const OPENING: usize = 50;
