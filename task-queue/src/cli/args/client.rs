//! What is said on the command line about a queue that is served elsewhere, and about its tasks.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::read::{json, status};
use crate::model::TaskStatus;

/// Which queue is spoken to, and how it answers.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct Client {
    /// Where the queue is served [default: where the link leads, or `ws://127.0.0.1:8080/rpc/ws`]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The file of a link to the queue, such as `mint` prints: who has it has its role [default: the
    /// link in `TASK_QUEUE_LINK` in the environment, or `task-queue-data/supervisor.url`]
    #[arg(long, value_name = "FILE")]
    pub access: Option<PathBuf>,
    /// The server is open: there is no link
    #[arg(long, conflicts_with = "access")]
    pub open: bool,
    /// The certificates to trust in place of those that everybody trusts, in PEM
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What is submitted.
#[derive(Debug, Clone, PartialEq, Args)]
#[non_exhaustive]
pub struct SubmitOptions {
    /// The task's type: `compute`, `gpu`, `io` or `pipeline`
    #[arg(value_name = "TYPE")]
    pub kind: String,
    /// The task's parameters, a JSON object
    #[arg(value_name = "PARAMS", default_value = "{}", value_parser = json)]
    pub params: Value,
    /// Then watch it, as `watch` does
    #[arg(long)]
    pub watch: bool,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Which task it is about.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct TaskOptions {
    /// The task's id
    pub id: String,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Which task is watched.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct WatchOptions {
    /// The task's id
    pub id: String,
    /// The number of the first event to show
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub from: u64,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Which tasks are listed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct ListOptions {
    /// Only those that stand there: `pending`, `running`, `failed` and so on
    #[arg(long, value_name = "STATUS", value_parser = status)]
    pub status: Option<TaskStatus>,
    /// Only those of that type
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: Option<String>,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}
