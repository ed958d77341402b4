//! The commands that ask a queue something that is served elsewhere.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

use crate::caps::{TaskInfo, TaskQueueStub, TaskSummary};
use crate::cli::args::{Client, SubmitOptions, TaskOptions};
use crate::cli::enter::{Entered, enter};
use crate::cli::error::RunError;
use crate::cli::list::line;
use crate::cli::run::Outcome;
use crate::cli::watch::follow;
use crate::cli::words::plain;
use crate::model::Waiting;

/// Where the answers go.
pub(super) type Out<'a> = &'a mut (dyn Write + Send);

/// Submits a task, and says its id; then shows, if asked to, what happens to it.
pub(super) async fn submit(options: SubmitOptions, out: Out<'_>) -> Result<Outcome, RunError> {
    let served = connected(&options.client).await?;
    let submitted = served.queue.submit(options.kind, options.params).await;
    let task = submitted.map_err(RunError::Refused)?;
    let id = task.id().await.map_err(RunError::Refused)?;
    say(&options.client, out, &json!({"id": id}), |out| {
        writeln!(out, "{id}")
    })?;
    if options.watch {
        return follow(&options.client, &id.to_string(), 1, out).await;
    }
    if let Ok(Some(waiting)) = task.why().await {
        warn(&waiting);
    }
    Ok(Outcome::Success)
}

/// Says on stderr that nobody takes a task, and why; where somebody will, there is nothing to say.
fn warn(waiting: &Waiting) {
    if matches!(
        waiting,
        Waiting::NoWorker
            | Waiting::Manual { .. }
            | Waiting::QueuePaused
            | Waiting::PoolPaused { .. }
    ) {
        // Without a stderr there is nobody to tell.
        drop(writeln!(
            io::stderr(),
            "task-queue: nobody takes it yet: {waiting}"
        ));
    }
}

/// Says what is known of a task.
pub(super) async fn get(options: TaskOptions, out: Out<'_>) -> Result<(), RunError> {
    let served = connected(&options.client).await?;
    let info = served.queue.get_task(options.id).get_info().await;
    let info = info.map_err(RunError::Refused)?;
    say(&options.client, out, &info, |out| describe(&info, out))
}

/// Cancels a task.
pub(super) async fn cancel(options: TaskOptions, out: Out<'_>) -> Result<(), RunError> {
    let served = connected(&options.client).await?;
    let done = served.queue.cancel_task(options.id).await;
    let done = done.map_err(RunError::Refused)?;
    say(&options.client, out, &done, |out| {
        writeln!(out, "cancelled {}", done.task_id)
    })
}

/// Has a task tried once more.
pub(super) async fn retry(options: TaskOptions, out: Out<'_>) -> Result<(), RunError> {
    let served = connected(&options.client).await?;
    let done = served.queue.retry_task(options.id).await;
    let done = done.map_err(RunError::Refused)?;
    say(&options.client, out, &done, |out| {
        writeln!(out, "retrying {}", done.task_id)
    })
}

/// A queue that is served elsewhere.
pub(super) struct Connected {
    pub(super) queue: TaskQueueStub,
    /// The connection is there as long as this is.
    _entered: Entered,
}

pub(super) async fn connected(client: &Client) -> Result<Connected, RunError> {
    let entered = enter(client).await?;
    let queue = entered.gateway.get_task_queue().await;
    Ok(Connected {
        queue: queue.map_err(RunError::Refused)?,
        _entered: entered,
    })
}

/// Says something, as JSON or in words.
pub(super) fn say(
    client: &Client,
    out: Out<'_>,
    answer: &impl Serialize,
    words: impl FnOnce(Out<'_>) -> io::Result<()>,
) -> Result<(), RunError> {
    let said = if client.json {
        let text = serde_json::to_string(answer).map_err(io::Error::from);
        text.and_then(|text| writeln!(out, "{text}"))
    } else {
        words(out)
    };
    said.and_then(|()| out.flush()).map_err(RunError::Output)
}

fn describe(task: &TaskInfo, out: Out<'_>) -> io::Result<()> {
    let summary = TaskSummary {
        id: task.id,
        kind: task.kind.clone(),
        status: task.status,
        progress: task.progress,
    };
    line(&summary, out)?;
    if let Some(waiting) = &task.waiting {
        writeln!(out, "waits:  {waiting}")?;
    }
    writeln!(out, "params: {}", task.params)?;
    for part in &task.partial_results {
        writeln!(out, "part:   {part}")?;
    }
    for text in &task.logs {
        writeln!(out, "log:    {}", plain(text))?;
    }
    if let Some(error) = &task.error {
        writeln!(out, "error:  {}", plain(error))?;
    }
    match &task.result {
        Some(result) => writeln!(out, "result: {result}"),
        None => Ok(()),
    }
}
