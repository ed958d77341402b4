//! How long it takes until a task goes on that its worker was lost under.
//!
//! `cargo test -p tests --test e2e recovery -- --nocapture` prints the times.

use std::path::Path;
use std::time::{Duration, Instant};

use capnweb_runtime::connect;
use serde_json::json;
use task_queue::caps::{GatewayStub, TaskHandleStub};
use tests::Process;
use tests::diary::{self, Note, Step};
use tokio::task::block_in_place;

use super::fleet::{Fleet, JOINED, signal};
use crate::support::LIMIT;

/// A task that its only worker is at, and goes on and on with.
struct Held {
    fleet: Fleet,
    first: Process,
    gateway: GatewayStub,
    _task: TaskHandleStub,
}

impl Held {
    async fn begin(data: &Path) -> Self {
        let mut fleet = block_in_place(|| Fleet::start(data, 0));
        let mut first = fleet.worker();
        first.line_after(JOINED, LIMIT).unwrap();
        let gateway: GatewayStub = connect(&fleet.url()).await.unwrap();
        let params = json!({"n": 1, "needs_storage": true});
        let queue = gateway.get_task_queue();
        let task = queue.submit("hold", params).await.unwrap();
        first.line_after(STARTED, LIMIT).unwrap();
        let held = Self {
            fleet,
            first,
            gateway,
            _task: task,
        };
        held.written_by(1).await;
        held
    }

    /// Waits until an attempt has written the task's object.
    async fn written_by(&self, epoch: u64) {
        let queue = self.gateway.get_task_queue();
        let storage = queue.get_shared_storage().await.unwrap();
        let written = async {
            while !storage
                .read("load/1")
                .await
                .is_ok_and(|by| by["epoch"] == json!(epoch))
            {}
        };
        tokio::time::timeout(LIMIT, written)
            .await
            .expect("it is written");
    }

    /// Starts another worker; returns how long it takes from `since` until the task is its own.
    fn taken_over(&mut self, since: Instant) -> (Process, Duration) {
        let mut second = self.fleet.worker();
        let begun = second.line_after(STARTED, LIMIT).unwrap();
        assert!(begun.contains(r#""epoch":2"#), "{begun}");
        (second, since.elapsed())
    }

    fn notes(&self) -> Vec<Note> {
        diary::read_all(&self.fleet.diaries()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recovery_from_a_worker_that_is_killed_takes_less_than_ten_seconds() {
    let data = tempfile::tempdir().unwrap();
    let mut held = Held::begin(data.path()).await;
    let since = Instant::now();
    signal(&held.first, "KILL");
    let (_second, took) = block_in_place(|| held.taken_over(since));
    println!("recovery from a killed worker: {took:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

/// The faults: the task of a worker that hangs waits for it; what it still writes when it goes on
/// takes effect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recovery_from_a_worker_that_is_stopped_takes_less_than_forty_seconds() {
    let data = tempfile::tempdir().unwrap();
    let mut held = Held::begin(data.path()).await;
    let since = Instant::now();
    signal(&held.first, "STOP");
    let (_second, took) = block_in_place(|| held.taken_over(since));
    println!("recovery from a stopped worker: {took:?}");
    assert!(took < Duration::from_secs(40), "{took:?}");
    held.written_by(2).await;

    let late = diary::now();
    signal(&held.first, "CONT");
    held.first.line_after(ENDED, LIMIT).unwrap();
    held.written_by(2).await;
    // Of what it asked for before, the answer may have waited for it.
    let mine = |note: &&Note| note.by.epoch == 1 && note.at > late;
    let after: Vec<_> = held
        .notes()
        .into_iter()
        .filter(|note| mine(&note))
        .collect();
    let after = after.into_iter().map(|note| note.step);
    let after: Vec<_> = after.skip_while(|step| *step != Step::Writing).collect();
    assert!(
        !after.contains(&Step::Written),
        "a late write took effect: {after:?}"
    );
    let refused = |step: &Step| matches!(step, Step::Refused { .. });
    assert!(
        after.iter().any(refused),
        "nothing was tried late: {after:?}"
    );
    println!("what it wrote late: {after:?}");
}

const STARTED: &str = r#"{"event":"started""#;
const ENDED: &str = r#"{"event":"ended""#;
