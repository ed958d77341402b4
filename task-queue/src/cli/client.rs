//! The commands that ask a queue something that is served elsewhere.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use capnweb_runtime::{Capability as _, Stub, connect};
use serde::Serialize;
use serde_json::{Value, json};

use crate::caps::{GateStub, GatewayStub, TaskInfo, TaskQueueStub, TaskSummary};
use crate::cli::args::{Client, SubmitOptions, TaskOptions};
use crate::cli::error::RunError;
use crate::cli::list::line;
use crate::cli::run::Outcome;
use crate::cli::watch::follow;
use crate::cli::words::plain;

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
    Ok(Outcome::Success)
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
    _main: Stub,
}

pub(super) async fn connected(client: &Client) -> Result<Connected, RunError> {
    let unreachable = |source| RunError::Unreachable {
        url: client.url.clone(),
        source,
    };
    if client.open {
        let gateway: GatewayStub = connect(&client.url).await.map_err(unreachable)?;
        let queue = gateway.get_task_queue().await.map_err(RunError::Refused)?;
        return Ok(Connected {
            queue,
            _main: gateway.into_stub(),
        });
    }
    let secret = secret(&client.secrets)?;
    let gate: GateStub = connect(&client.url).await.map_err(unreachable)?;
    let queue = gate.redeem(secret).get_task_queue().await;
    let queue = queue.map_err(RunError::Refused)?;
    Ok(Connected {
        queue,
        _main: gate.into_stub(),
    })
}

/// Reads the most powerful secret there is in a file; whoever may do less has a file with less.
pub(super) fn secret(path: &Path) -> Result<String, RunError> {
    let file = path.to_owned();
    let text = fs::read_to_string(path).map_err(|source| RunError::SecretsFile {
        file: file.clone(),
        source,
    })?;
    let secrets: Value = serde_json::from_str(&text).unwrap_or_default();
    let secret = |role| secrets.get(role).and_then(Value::as_str);
    let secret = secret("supervisor").or_else(|| secret("client"));
    secret.map(str::to_owned).ok_or(RunError::NoSecret { file })
}

/// Says something, as JSON or in words.
fn say(
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
