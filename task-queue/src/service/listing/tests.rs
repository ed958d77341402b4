//! Lists of tasks: in pages, filtered, and of a bounded length.

use capnweb_runtime::Value;
use serde_json::json;

use super::page::{LOOKED_AT, MOST, PAGE_MOST};
use crate::caps::{Submission, TaskFilter, TaskPage, TaskQueueStub};
use crate::model::{TaskId, TaskStatus};
use crate::service::{Config, Durability, Supervisor};

async fn start() -> (Supervisor, TaskQueueStub, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let mut config = Config::new(data.path());
    config.durability = Durability::Memory;
    let supervisor = Supervisor::start(config).await.unwrap();
    let queue = supervisor.gateway().get_task_queue().await.unwrap();
    (supervisor, queue, data)
}

async fn submit(queue: &TaskQueueStub, kind: &str, count: usize) -> Vec<TaskId> {
    let task = Submission {
        kind: kind.to_owned(),
        params: json!({}),
    };
    queue.submit_many(vec![task; count]).await.unwrap()
}

fn ids(page: &TaskPage) -> Vec<TaskId> {
    page.tasks.iter().map(|task| task.id).collect()
}

/// Reads page after page; returns all tasks, and how many pages there were.
async fn walk(queue: &TaskQueueStub, filter: TaskFilter, limit: u32) -> (Vec<TaskId>, usize) {
    let (mut all, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let page = queue.tasks(filter.clone(), after, limit).await.unwrap();
        all.extend(ids(&page));
        pages += 1;
        after = page.next;
        if after.is_none() {
            return (all, pages);
        }
    }
}

#[tokio::test]
async fn page_after_page_is_all_tasks_once_in_their_order() {
    let (supervisor, queue, _data) = start().await;
    let tasks = submit(&queue, "compute", 25).await;
    for limit in [1, 7, 25, 100] {
        let (all, pages) = walk(&queue, TaskFilter::default(), limit).await;
        assert_eq!(all, tasks, "in pages of {limit}");
        assert!(pages <= 26);
    }
    let first = queue.tasks(None, None, None).await.unwrap();
    assert_eq!((ids(&first), first.next), (tasks, None));
    supervisor.stop().await;
}

/// The fault: a task that is forgotten between two pages takes others with it.
#[tokio::test]
async fn a_page_comes_after_the_one_before_whatever_has_come_of_that() {
    let (supervisor, queue, _data) = start().await;
    let tasks = submit(&queue, "compute", 4).await;
    let first = queue.tasks(None, None, 2).await.unwrap();
    let removed = tasks[1];
    let reap = crate::engine::Reap {
        finished_before: crate::model::Timestamp::from_millis(u64::MAX),
    };
    queue.cancel_task(removed.to_string()).await.unwrap();
    let owner = &supervisor.hub().owner;
    owner
        .apply(crate::engine::Command::Reap(reap))
        .await
        .unwrap();
    let rest = queue.tasks(None, first.next, None).await.unwrap();
    assert_eq!(ids(&rest), tasks[2..]);
    supervisor.stop().await;
}

#[tokio::test]
async fn a_filter_is_of_the_status_and_of_the_type() {
    let (supervisor, queue, _data) = start().await;
    let compute = submit(&queue, "compute", 3).await;
    let io = submit(&queue, "io", 2).await;
    queue.cancel_task(io[0].to_string()).await.unwrap();
    let filter = |status, kind: Option<&str>| TaskFilter {
        status,
        kind: kind.map(str::to_owned),
    };
    let pending = Some(TaskStatus::Pending);
    let cancelled = Some(TaskStatus::Cancelled);
    for (filter, expected) in [
        (filter(None, Some("compute")), compute),
        (filter(cancelled, None), vec![io[0]]),
        (filter(pending, Some("io")), vec![io[1]]),
        (filter(None, Some("nothing")), vec![]),
    ] {
        assert_eq!(walk(&queue, filter, 2).await.0, expected);
    }
    supervisor.stop().await;
}

/// The fault: one list of a million tasks, in a turn and a message that everybody waits for.
#[tokio::test]
async fn no_list_is_longer_than_it_may_be_and_none_looks_at_more_than_it_may() {
    let (supervisor, queue, _data) = start().await;
    submit(&queue, "compute", MOST).await;
    assert_eq!(queue.list_tasks().await.unwrap().len(), MOST);
    let last = submit(&queue, "io", 1).await;
    let refused = queue.list_tasks().await.unwrap_err();
    let code = Value::String("TOO_MANY_TASKS".to_owned());
    assert_eq!(refused.prop("code"), Some(&code));
    assert!(refused.to_string().contains("tasks"), "{refused}");

    let page = queue.tasks(None, None, 1_000_000).await.unwrap();
    assert_eq!(page.tasks.len(), PAGE_MOST);
    let rare = TaskFilter {
        kind: Some("io".to_owned()),
        ..TaskFilter::default()
    };
    let page = queue.tasks(rare.clone(), None, None).await.unwrap();
    assert!(page.next.is_some() || MOST < LOOKED_AT);
    assert_eq!(walk(&queue, rare, 100).await.0, last);
    supervisor.stop().await;
}
