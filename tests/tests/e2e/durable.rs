//! What the queue has answered is there after whatever happens to its process.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use capnweb_runtime::connect;
use serde_json::{Value, json};
use task_queue::caps::{GatewayStub, TaskQueueStub};
use task_queue::model::{TaskId, TaskStatus};
use tests::Process;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::{LIMIT, serve, start};

/// How often the server is killed; more by `TASK_QUEUE_KILLS`.
const KILLS: usize = 4;

/// How many submit at the same time.
const CLIENTS: usize = 8;

/// What was promised: each accepted task, with what its result has to be.
type Promised = BTreeMap<TaskId, Value>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_accepted_task_is_there_after_kill_9_and_is_completed_once() {
    let data = tempfile::tempdir().unwrap();
    let kills = std::env::var("TASK_QUEUE_KILLS").ok();
    let kills = kills.and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut promised = Promised::new();
    let mut completed = HashSet::new();
    for kill in 0..kills {
        let (server, queue, _gateway) = open(data.path(), "auto").await;
        check(&queue, &promised, &mut completed).await;
        // Each time in another moment of the submissions, and of the executions meanwhile.
        let enough = 5 + kill * 37 % 101;
        promised.extend(submit_until_killed(&queue, server, enough).await);
    }
    assert!(promised.len() > kills * 5, "only {}", promised.len());

    let (_server, queue, _gateway) = open(data.path(), "auto").await;
    let all_done =
        async { while check(&queue, &promised, &mut completed).await < promised.len() {} };
    if timeout(LIMIT, all_done).await.is_err() {
        let tasks = queue.list_tasks().await.unwrap();
        let left = tasks.iter().filter(|task| !completed.contains(&task.id));
        panic!("not completed: {:#?}", left.collect::<Vec<_>>());
    }
    let ids: Vec<_> = queue.list_tasks().await.unwrap();
    let ids: Vec<_> = ids.into_iter().map(|task| task.id).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "a task is there twice");
    for (id, result) in promised {
        let info = queue.get_task(id.to_string()).get_info().await.unwrap();
        assert_eq!(info.result, Some(result));
    }
}

/// Looks whether every promised task is there, and whether every one that was seen as completed is
/// still; returns how many of the promised ones are completed.
async fn check(
    queue: &TaskQueueStub,
    promised: &Promised,
    completed: &mut HashSet<TaskId>,
) -> usize {
    let listed = queue.list_tasks().await.unwrap();
    let stands: HashMap<_, _> = listed.iter().map(|task| (task.id, task.status)).collect();
    for id in promised.keys() {
        assert!(stands.contains_key(id), "{id} was accepted, and is lost");
    }
    for id in &*completed {
        let status = stands.get(id);
        assert_eq!(status, Some(&TaskStatus::Completed), "{id} was completed");
    }
    let done = stands
        .into_iter()
        .filter(|(_, status)| *status == TaskStatus::Completed);
    completed.extend(done.map(|(id, _)| id));
    promised.keys().filter(|id| completed.contains(id)).count()
}

/// Submits tasks, kills the server once so many are accepted, and returns those.
async fn submit_until_killed(queue: &TaskQueueStub, server: Process, enough: usize) -> Promised {
    let accepted = Arc::new((AtomicUsize::new(0), Notify::new()));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let (queue, accepted) = (queue.clone(), Arc::clone(&accepted));
        drop(clients.spawn(async move {
            let mut promised = Promised::new();
            for number in (client..).step_by(CLIENTS) {
                let params = json!({"iterations": number % 20, "multiplier": number});
                let sum = (0..number % 20).sum::<usize>() * number;
                // Nobody knows whether the last one was accepted.
                let Ok(id) = queue.submit("compute", params).id().await else {
                    return promised;
                };
                promised.insert(id, json!({"computed": sum, "iterations": number % 20}));
                if accepted.0.fetch_add(1, Ordering::SeqCst) + 1 == enough {
                    accepted.1.notify_one();
                }
            }
            promised
        }));
    }
    timeout(LIMIT, accepted.1.notified())
        .await
        .expect("tasks are accepted");
    // This is a SIGKILL.
    drop(server);
    let mut promised = Promised::new();
    while let Some(client) = clients.join_next().await {
        promised.extend(client.unwrap());
    }
    promised
}

/// Opens a server; returns it, its queue, and the gateway, with which the connection would end.
async fn open(data: &Path, dispatch: &str) -> (Process, TaskQueueStub, GatewayStub) {
    let (server, url) = serve(data, &["--open", "--dispatch", dispatch]);
    let gateway: GatewayStub = connect(&url).await.unwrap();
    let queue = gateway.get_task_queue().await.unwrap();
    (server, queue, gateway)
}

#[cfg(unix)]
#[tokio::test]
async fn a_stop_keeps_what_waits_in_its_order() {
    let data = tempfile::tempdir().unwrap();
    let (mut server, queue, _gateway) = open(data.path(), "manual").await;
    for params in [json!({}), json!({"not_before": 4e12}), json!({"retry": {}})] {
        queue.submit("io", params).await.unwrap();
    }
    let before = queue.list_tasks().await.unwrap();
    queue.cancel_task(before[2].id.to_string()).await.unwrap();
    let before = queue.list_tasks().await.unwrap();
    assert!(server.terminate(LIMIT).unwrap().status.success());
    let (_server, queue, _gateway) = open(data.path(), "manual").await;
    assert_eq!(queue.list_tasks().await.unwrap(), before);
}

#[tokio::test]
async fn with_memory_only_a_queue_ends_with_its_process() {
    let data = tempfile::tempdir().unwrap();
    let (server, url) = serve(data.path(), &["--open", "--memory"]);
    let gateway: GatewayStub = connect(&url).await.unwrap();
    gateway
        .get_task_queue()
        .submit("io", json!({}))
        .await
        .unwrap();
    drop(server);
    let (_server, queue, _gateway) = open(data.path(), "manual").await;
    assert_eq!(queue.task_count().await.unwrap(), 0);
}

#[test]
fn a_database_that_cannot_be_used_is_refused_with_advice() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("queue.db"), "no database".repeat(1_000)).unwrap();
    let directory = data.path().to_str().unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--data", directory];
    let end = start(&arguments).finish(LIMIT).unwrap();
    assert_eq!(end.status.code(), Some(1));
    assert_eq!(end.stderr.trim_end().lines().count(), 1, "{}", end.stderr);
    for word in [directory, "is damaged", "backup"] {
        assert!(end.stderr.contains(word), "{word}: {}", end.stderr);
    }
}
