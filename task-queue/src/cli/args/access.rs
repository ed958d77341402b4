//! What is said on the command line about who may use a queue.

use std::time::Duration;

use clap::Args;

use super::client::Client;
use super::read::{account, bytes, duration, grants};
use crate::model::{AccountId, Grants, PoolName, Role, TaskType};

/// Who is let in, and how far.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct MintOptions {
    /// What they are to be: `client`, `worker` or `supervisor`
    #[arg(value_name = "ROLE")]
    pub role: Role,
    /// What the account is called, in lists
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub label: String,
    /// After how long it ends, such as `90s`, `24h` or `30d` [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub expires: Option<Duration>,
    /// In which pool a worker is
    #[arg(long, value_name = "NAME")]
    pub pool: Option<PoolName>,
    /// For which type of tasks it is; can be repeated [default: all]
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<TaskType>,
    /// What a client's tasks may be granted, as for `serve --grant` [default: what that says]
    #[arg(long = "grant", value_name = "LIST", value_parser = grants)]
    pub grants: Option<Grants>,
    /// How many tasks a client may have in the queue that have not come to their end [default: 100,000]
    #[arg(long, value_name = "COUNT")]
    pub max_tasks: Option<u64>,
    /// How many bytes of a client's tasks are kept, those that have come to their end included
    /// [default: 256MiB]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub max_bytes: Option<u64>,
    /// How many of a client's tasks may run at the same time [default: as many as there are workers]
    #[arg(long, value_name = "COUNT")]
    pub max_running: Option<u64>,
    /// How many tasks a client may submit within a second [default: as many as it can]
    #[arg(long, value_name = "COUNT")]
    pub max_per_second: Option<u32>,
    /// How often the link can be used [default: as often as one likes]
    #[arg(long, value_name = "COUNT")]
    pub uses: Option<u64>,
    /// The client's account that this one is to be below
    #[arg(long, value_name = "ID", value_parser = account)]
    pub under: Option<AccountId>,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Who is to lose what they have.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct RevokeOptions {
    /// The account or the worker
    pub id: String,
    /// What its holders are told
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Cancel the tasks of the account that have not come to their end
    #[arg(long)]
    pub cancel: bool,
    /// Revoke also what a supervisor's account was used to mint
    #[arg(long)]
    pub minted: bool,
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}

/// Whose accounts are listed.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct AccessOptions {
    /// Which queue.
    #[command(flatten)]
    pub client: Client,
}
