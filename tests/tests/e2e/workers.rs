//! Workers as processes of their own: in JavaScript, and the program itself; killed, stopped, told to
//! leave.

use std::path::Path;
use std::process::Command;

use capnweb_runtime::connect;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use task_queue::caps::{GatewayStub, TaskHandleStub, TaskInfo};
use task_queue::model::TaskStatus;
use tests::{Node, Process};
use tokio::time::timeout;

use crate::support::{LIMIT, serve, start};

/// A queue that is open, and whose own workers get nothing to do by themselves.
struct Queue {
    gateway: GatewayStub,
    url: String,
    _server: Process,
}

impl Queue {
    async fn open(data: &Path) -> Self {
        let (server, url) = serve(data, &["--open", "--dispatch", "manual"]);
        Self {
            gateway: connect(&url).await.unwrap(),
            url,
            _server: server,
        }
    }

    /// Starts the program as a worker, and waits until it has joined.
    fn worker(&self) -> Process {
        let mut worker = start(&["worker", "--open", "--json", &self.url]);
        worker.line_after(JOINED, LIMIT).unwrap();
        worker
    }

    async fn submit(&self, kind: &str, params: Value) -> TaskHandleStub {
        let queue = self.gateway.get_task_queue();
        queue.submit(kind, params).await.unwrap()
    }
}

/// Waits until the task has come to its end.
async fn end_of(task: &TaskHandleStub) -> TaskInfo {
    let mut events = task.events(None).await.unwrap();
    let ended = async { while events.next().await.is_some() {} };
    timeout(LIMIT, ended).await.expect("the task ends");
    task.get_info().await.unwrap()
}

/// Work of some seconds, and what comes of it.
fn long() -> (Value, Value) {
    let steps = 1_000_000_u64;
    let sum = steps * (steps - 1) / 2;
    let result = json!({"computed": sum, "iterations": steps});
    (json!({"iterations": steps}), result)
}

fn signal(process: &Process, name: &str) {
    let id = process.id().to_string();
    let mut kill = Process::spawn(Command::new("kill").args(["-s", name, &id])).unwrap();
    assert!(kill.finish(LIMIT).unwrap().status.success());
}

#[tokio::test]
async fn a_worker_in_javascript_does_real_tasks() {
    let Some(node) = Node::for_test() else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut worker = node.program("worker.mjs", &[&queue.url]).unwrap();
    worker.line_after("joined as worker_", LIMIT).unwrap();

    let pixels: Vec<Vec<u32>> = (0..5)
        .map(|y| (0..6).map(|x| x * 10 + y).collect())
        .collect();
    let task = queue
        .submit("thumbnail", json!({"pixels": pixels, "scale": 2}))
        .await;
    let info = end_of(&task).await;
    assert_eq!(info.error, None);
    let expected = json!([[6, 26, 46], [8, 28, 48], [9, 29, 49]]);
    assert_eq!(info.result, Some(json!({ "pixels": expected })));
    assert_eq!(info.progress, 1.0);

    let info = end_of(&queue.submit("thumbnail", json!({})).await).await;
    assert_eq!((info.status, info.failures), (TaskStatus::Failed, 1));
    assert!(info.error.unwrap().contains("no pixels"));
}

#[tokio::test]
async fn a_worker_in_javascript_comes_by_a_link() {
    let Some(node) = Node::for_test() else {
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let (_server, _) = serve(data.path(), &[]);
    let supervisor = data.path().join("supervisor.url");
    let supervisor = ["--json", "--access", supervisor.to_str().unwrap()];
    let give = |command: &[&str]| {
        let end = start(&[command, &supervisor].concat())
            .finish(LIMIT)
            .unwrap();
        assert!(end.status.success(), "{}", end.stderr);
        serde_json::from_str::<Value>(&end.lines.concat()).unwrap()
    };
    let minted = give(&["mint", "worker", "--type", "thumbnail"]);
    let link = data.path().join("worker.url");
    std::fs::write(&link, minted["url"].as_str().unwrap()).unwrap();
    let worker = node.program("worker.mjs", &[link.to_str().unwrap()]);
    let mut worker = worker.unwrap();
    worker.line_after("joined as worker_", LIMIT).unwrap();
    let params = json!({"pixels": [[1, 3], [5, 7]], "scale": 2}).to_string();
    let submit = [
        &["submit", "thumbnail", &params, "--watch"][..],
        &supervisor,
    ]
    .concat();
    let end = start(&submit).finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}", end.stderr);
    let last = end.lines.last().unwrap();
    assert!(last.contains(r#"{"pixels":[[4]]}"#), "{last}");
}

/// The fault: what a worker had is lost with it, or begun from its beginning.
#[tokio::test]
async fn what_a_killed_worker_had_is_done_by_another() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut first = queue.worker();
    let (params, result) = long();
    let task = queue.submit("compute", params).await;
    first.line_after(STARTED, LIMIT).unwrap();
    while task.progress().await.unwrap() == 0.0 {}
    // This is a SIGKILL.
    drop(first);
    let mut second = queue.worker();
    let begun = second.line_after(STARTED, LIMIT).unwrap();
    assert!(begun.contains(r#""epoch":2"#), "{begun}");
    let info = end_of(&task).await;
    assert_eq!((info.result, info.failures), (Some(result), 0));
}

/// The faults: the task of a worker that hangs is never done; what it still says when it goes on is
/// heard; it does not find back.
#[cfg(unix)]
#[tokio::test]
async fn what_a_stopped_worker_had_is_done_by_another_and_it_joins_anew() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut first = queue.worker();
    let task = queue
        .submit("compute", json!({"iterations": 100_000_000}))
        .await;
    first.line_after(STARTED, LIMIT).unwrap();
    signal(&first, "STOP");
    let mut second = queue.worker();
    let begun = second.line_after(STARTED, LIMIT).unwrap();
    assert!(begun.contains(r#""epoch":2"#), "{begun}");
    signal(&first, "CONT");
    first.line_after(r#"{"event":"lost""#, LIMIT).unwrap();
    first.line_after(JOINED, LIMIT).unwrap();
    assert_eq!(task.status().await.unwrap(), TaskStatus::Running);
    task.cancel().await.unwrap();
    assert_eq!(end_of(&task).await.failures, 0);
    second.line_after(r#"{"event":"ended""#, LIMIT).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_worker_that_is_told_to_leave_brings_to_an_end_what_it_has() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut worker = queue.worker();
    let (params, result) = long();
    let task = queue.submit("compute", params).await;
    worker.line_after(STARTED, LIMIT).unwrap();
    signal(&worker, "TERM");
    worker.line_after(r#"{"event":"draining""#, LIMIT).unwrap();
    let later = queue.submit("compute", json!({})).await;
    let end = worker.finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}", end.stderr);
    let last = end.lines.last().map(String::as_str);
    assert_eq!(last, Some(r#"{"event":"left","givenBack":0}"#));
    assert_eq!(end_of(&task).await.result, Some(result));
    assert_eq!(later.status().await.unwrap(), TaskStatus::Pending);
}

/// The fault: somebody who is in a hurry waits, or an attempt is burned by it.
#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_gives_everything_back_at_once() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut worker = queue.worker();
    let task = queue
        .submit("compute", json!({"iterations": 100_000_000}))
        .await;
    worker.line_after(STARTED, LIMIT).unwrap();
    signal(&worker, "INT");
    worker.line_after(r#"{"event":"draining""#, LIMIT).unwrap();
    signal(&worker, "INT");
    worker
        .line_after(r#"{"event":"left","givenBack":1}"#, LIMIT)
        .unwrap();
    assert!(worker.finish(LIMIT).unwrap().status.success());
    let info = task.get_info().await.unwrap();
    assert_eq!((info.status, info.failures), (TaskStatus::Pending, 0));
}

#[tokio::test]
async fn a_worker_that_is_revoked_ends_with_a_code_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).await;
    let mut worker = start(&["worker", "--open", "--json", &queue.url]);
    let id = worker
        .line_after(r#"{"event":"joined","worker":""#, LIMIT)
        .unwrap();
    let id = id.trim_end_matches(r#""}"#).to_owned();
    queue
        .gateway
        .get_worker_pool()
        .revoke_worker(id)
        .await
        .unwrap();
    let end = worker.finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(6), "{}", end.stderr);
    assert!(end.stderr.contains("revoked"), "{}", end.stderr);
}

/// The fault: a secret that can be read by whoever lists the processes of the machine.
#[test]
fn a_worker_finds_its_link_in_a_file_or_in_the_environment() {
    let data = tempfile::tempdir().unwrap();
    let (_server, _) = serve(data.path(), &[]);
    let file = data.path().join("supervisor.url");
    let mut worker = start(&["worker", "--json", "--access", file.to_str().unwrap()]);
    worker.line_after(JOINED, LIMIT).unwrap();

    let give = |link: &str| {
        let mut command = Command::new(crate::support::program());
        let command = command.args(["worker", "--json"]);
        Process::spawn(command.env("TASK_QUEUE_LINK", link)).unwrap()
    };
    let link = std::fs::read_to_string(&file).unwrap();
    let mut worker = give(&link);
    worker.line_after(JOINED, LIMIT).unwrap();
    let (link, end) = link.trim().split_at(link.trim().len() - 10);
    let other = if end.starts_with('A') { "B" } else { "A" };
    let forged = [link, other, &end[1..]].concat();
    for (link, complaint) in [(&*forged, "unknown secret"), ("guessed", "TASK_QUEUE_LINK")] {
        let refused = give(link).finish(LIMIT).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains(complaint), "{}", refused.stderr);
    }
}

const JOINED: &str = r#"{"event":"joined""#;
const STARTED: &str = r#"{"event":"started""#;
