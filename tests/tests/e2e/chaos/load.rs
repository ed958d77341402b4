//! Clients that submit tasks, each until it is answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use capnweb_runtime::{Connector, Reconnect};
use serde_json::{Value, json};
use task_queue::caps::{GatewayStub, TaskQueueStub};
use task_queue::model::TaskId;
use tests::diary::Load;
use tokio::sync::watch;
use tokio::time::timeout;

use super::dice::Dice;
use crate::support::LIMIT;

/// What is submitted as the n-th.
pub(super) struct Order {
    pub(super) kind: &'static str,
    pub(super) params: Value,
    /// What has to come out, if that does not depend on who does it.
    pub(super) result: Option<Value>,
    /// Whether it can be submitted again without being accepted twice.
    keyed: bool,
}

impl Order {
    pub(super) fn of(n: u64, seed: u64) -> Self {
        let keyed = n % 8 != 7;
        let mut order = if n % 5 == 4 {
            Self::compute(n)
        } else {
            Self::load(n, seed)
        };
        order.params["n"] = json!(n);
        order.params["retry"] = json!({
            "max_attempts": 1_000, "max_losses": 1_001, "unit_ms": 20, "max_delay_ms": 500,
        });
        if keyed {
            order.params["idempotency_key"] = json!(format!("{seed}-{n}"));
        }
        Self { keyed, ..order }
    }

    fn compute(n: u64) -> Self {
        let steps = n % 20;
        let sum = (0..steps).sum::<u64>() * n;
        Self {
            kind: "compute",
            params: json!({"iterations": steps, "multiplier": n}),
            result: Some(json!({"computed": sum, "iterations": steps})),
            keyed: false,
        }
    }

    fn load(n: u64, seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ n.rotate_left(32));
        let load = Load {
            n,
            pause: dice.below(200),
            lock: (dice.below(5) == 0).then(|| format!("hot/{}", dice.below(3))),
            needs_gpu: dice.below(4) == 0,
        };
        let mut params = json!(load);
        params["needs_storage"] = json!(true);
        Self {
            kind: "load",
            params,
            result: None,
            keyed: false,
        }
    }
}

/// How far the clients may go, and have come.
pub(super) struct Pace {
    tasks: u64,
    next: AtomicU64,
    allowed: watch::Sender<u64>,
    answered: watch::Sender<u64>,
}

impl Pace {
    pub(super) fn new(tasks: u64) -> Self {
        Self {
            tasks,
            next: AtomicU64::new(0),
            allowed: watch::Sender::new(0),
            answered: watch::Sender::new(0),
        }
    }

    /// Lets the clients submit until there are so many tasks.
    pub(super) fn allow(&self, tasks: u64) {
        self.allowed.send_replace(tasks);
    }

    /// Waits until so many submissions were answered, or are given up on.
    pub(super) async fn accepted(&self, tasks: u64) {
        let mut answered = self.answered.subscribe();
        let enough = timeout(LIMIT, answered.wait_for(|&now| now >= tasks)).await;
        enough.expect("tasks are accepted").unwrap();
    }

    /// Returns what is to be submitted next, once it may be.
    async fn next(&self) -> Option<u64> {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        if n >= self.tasks {
            return None;
        }
        let mut allowed = self.allowed.subscribe();
        allowed.wait_for(|&allowed| n < allowed).await.ok()?;
        Some(n)
    }
}

/// What clients were told.
#[derive(Debug, Default, Clone)]
pub(super) struct Said {
    /// Which tasks were accepted, under which names.
    pub(super) accepted: BTreeMap<u64, TaskId>,
    /// Of which nobody knows.
    pub(super) doubtful: BTreeSet<u64>,
    /// What was refused, which nothing should be.
    pub(super) refused: Vec<String>,
}

impl FromIterator<Self> for Said {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        all.into_iter().fold(Self::default(), |mut said, more| {
            said.accepted.extend(more.accepted);
            said.doubtful.extend(more.doubtful);
            said.refused.extend(more.refused);
            said
        })
    }
}

/// Submits tasks until there are none left.
pub(super) async fn client(url: String, seed: u64, pace: Arc<Pace>) -> Said {
    let settings = Reconnect::new()
        .backoff(Duration::from_millis(5), Duration::from_millis(100))
        .patience(LIMIT);
    let client = Connector::new(url).reconnecting(settings);
    let client = client.expect("it is a URL");
    let main: GatewayStub = client.main();
    let queue = client.derive(&main, GatewayStub::get_task_queue);
    let mut said = Said::default();
    while let Some(n) = pace.next().await {
        submit(&queue, n, seed, &mut said).await;
        pace.answered.send_modify(|answered| *answered += 1);
    }
    said
}

async fn submit(queue: &TaskQueueStub, n: u64, seed: u64, said: &mut Said) {
    let order = Order::of(n, seed);
    loop {
        match queue.submit(order.kind, order.params.clone()).id().await {
            Ok(id) => drop(said.accepted.insert(n, id)),
            Err(error) if error.is_not_sent() || error.is_disconnected() && order.keyed => continue,
            Err(error) if error.is_disconnected() => drop(said.doubtful.insert(n)),
            Err(error) => said.refused.push(format!("{n}: {error}")),
        }
        return;
    }
}
