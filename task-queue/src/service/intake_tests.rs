//! Submitting through capabilities: in order, once, and all or none.

use capnweb_runtime::{Capability as _, Limits, in_process};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::caps::{Invitation, Submission, TaskHandleStub, TaskQueueStub};
use crate::engine::DispatchMode;
use crate::model::{Role, TaskId, TaskStatus, Waiting};
use crate::service::{Config, Supervisor};

struct Running {
    supervisor: Supervisor,
    queue: TaskQueueStub,
    _data: TempDir,
}

async fn start(dispatch: DispatchMode) -> Running {
    let data = tempfile::tempdir().unwrap();
    let config = Config {
        dispatch,
        ..Config::new(data.path())
    };
    let supervisor = Supervisor::start(config).await.unwrap();
    Running {
        queue: supervisor.gateway().get_task_queue().await.unwrap(),
        supervisor,
        _data: data,
    }
}

fn submission(kind: &str, params: Value) -> Submission {
    Submission {
        kind: kind.to_owned(),
        params,
    }
}

async fn ended(queue: &TaskQueueStub, id: TaskId) -> TaskStatus {
    loop {
        let status = queue.get_task(id.to_string()).status().await.unwrap();
        if status.is_final() {
            return status;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits for the end of a task, by the way a client would.
async fn result(queue: &TaskQueueStub, id: TaskId) -> Value {
    ended(queue, id).await;
    let info = queue.get_task(id.to_string()).get_info().await.unwrap();
    info.result.unwrap_or_else(|| json!(info.error))
}

/// The fault: a chain takes as many round trips as it has tasks.
#[tokio::test]
async fn a_fan_of_tasks_that_nobody_awaited_is_submitted_in_one_round_trip() {
    let running = start(DispatchMode::Auto).await;
    let gateway = running.supervisor.gateway();
    let (gateway, session) = in_process(gateway.clone(), gateway, Limits::default());
    let queue = gateway.get_task_queue();
    let first = queue.submit("compute", json!({"iterations": 3}));
    let second = queue.submit("compute", json!({"iterations": 4}));
    let both = vec![(*first).clone(), (*second).clone()];
    let last = queue.submit_after("compute", json!({"iterations": 5}), both);
    let id = last.id().await.unwrap();
    assert_eq!(result(&running.queue, id).await["computed"], json!(10));
    let inputs = running.queue.get_task(id.to_string());
    assert!(inputs.why().await.unwrap().is_none());
    let tasks = running.queue.list_tasks().await.unwrap();
    let done: Vec<_> = tasks.iter().map(|task| task.status).collect();
    assert_eq!(done, [TaskStatus::Completed; 3]);
    drop(session);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_worker_reads_what_came_of_the_tasks_before() {
    let running = start(DispatchMode::Manual).await;
    let queue = &running.queue;
    let pool = running.supervisor.gateway().get_worker_pool();
    let first = queue
        .submit("compute", json!({"iterations": 3}))
        .await
        .unwrap();
    pool.get_idle_worker(None).execute(&first).await.unwrap();
    let second = queue.submit_after("compute", json!({}), vec![first.clone()]);
    let second = second.await.unwrap().id().await.unwrap();
    let inputs = running.supervisor.hub().owner.read(move |state| {
        let task = state.task(second).unwrap();
        crate::service::task::inputs(state, task)
    });
    let inputs = inputs.await.unwrap();
    assert_eq!(inputs.len(), 1);
    assert_eq!(inputs[0].task_id, first.id().await.unwrap());
    assert_eq!(inputs[0].result.as_ref().unwrap()["computed"], json!(3));
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_batch_names_its_tasks_by_index_and_comes_twice_as_once() {
    let running = start(DispatchMode::Auto).await;
    let batch = || {
        vec![
            submission("compute", json!({"iterations": 3, "idempotency_key": "a"})),
            submission(
                "compute",
                json!({"after": [{"index": 0}], "idempotency_key": "b"}),
            ),
        ]
    };
    let first = running.queue.submit_many(batch()).await.unwrap();
    assert_eq!(ended(&running.queue, first[1]).await, TaskStatus::Completed);
    let mut again = batch();
    again.push(submission("compute", json!({"after": [{"index": 1}]})));
    let second = running.queue.submit_many(again).await.unwrap();
    assert_eq!(second[..2], first);
    assert_eq!(
        ended(&running.queue, second[2]).await,
        TaskStatus::Completed
    );
    assert_eq!(running.queue.task_count().await.unwrap(), 3);
    let circle = vec![submission("compute", json!({"after": [{"index": 0}]}))];
    let refused = running.queue.submit_many(circle).await.unwrap_err();
    assert!(refused.to_string().contains("index 0"), "{refused}");
    assert_eq!(running.queue.task_count().await.unwrap(), 3);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_task_and_another_task_is_refused() {
    let running = start(DispatchMode::Manual).await;
    let queue = &running.queue;
    let params = json!({"iterations": 3, "idempotency_key": "order-17"});
    let first = queue.submit("compute", params.clone()).id().await.unwrap();
    let second = queue.submit("compute", params).id().await.unwrap();
    assert_eq!(first, second);
    let other = json!({"iterations": 4, "idempotency_key": "order-17"});
    let refused = queue.submit("compute", other).await.unwrap_err();
    assert!(refused.to_string().contains("idempotency key"), "{refused}");
    assert_eq!(queue.task_count().await.unwrap(), 1);
    running.supervisor.stop().await;
}

/// The fault: what a client may not see, it learns the end of by coming after it.
#[tokio::test]
async fn a_client_comes_after_its_own_tasks_only() {
    let running = start(DispatchMode::Manual).await;
    let task = running
        .queue
        .submit("compute", json!({}))
        .id()
        .await
        .unwrap();
    let access = running.supervisor.gateway().get_access();
    let minted = access
        .mint(Invitation::new(Role::Client, ""))
        .await
        .unwrap();
    let client = running.supervisor.gate().redeem(minted.reference);
    let client = client.get_task_queue();
    let refused = client.submit("compute", json!({"after": [task]})).await;
    assert!(refused.unwrap_err().to_string().contains("not found"));
    let impostor: TaskHandleStub = running.queue.clone().into_stub().cast();
    let foreign = client.submit_after("compute", json!({}), vec![impostor]);
    assert!(
        foreign
            .await
            .unwrap_err()
            .to_string()
            .contains("not a task of this queue")
    );
    assert_eq!(running.queue.task_count().await.unwrap(), 1);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn an_unknown_type_is_refused_and_leaves_nothing() {
    let running = start(DispatchMode::Manual).await;
    for kind in ["mining", "No Name"] {
        assert!(running.queue.submit(kind, json!({})).await.is_err());
    }
    assert_eq!(running.queue.task_count().await.unwrap(), 0);
    running.supervisor.stop().await;
}

#[tokio::test]
async fn a_task_tells_what_it_waits_for() {
    let running = start(DispatchMode::Manual).await;
    let task = running.queue.submit("compute", json!({})).await.unwrap();
    let why = task.why().await.unwrap();
    assert_eq!(why, Some(Waiting::Manual { workers: 3 }));
    let info = task.get_info().await.unwrap();
    assert_eq!(info.waiting, why);
    assert_eq!(
        json!(info)["waiting"],
        json!({"reason": "manual", "workers": 3})
    );
    running.supervisor.stop().await;
}
