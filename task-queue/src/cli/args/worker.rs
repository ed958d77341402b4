//! What is said on the command line about a worker.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use url::Url;

use super::read::address;
use crate::cli::config::BUILT_IN;
use crate::model::{PoolName, Tag};

/// What a worker offers, and to whom. What is not said here is as the file of settings says, if there is
/// one, or as it usually is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct WorkerOptions {
    /// A file of settings, in TOML; what is said by options goes before what it says
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the settings, those of the file and of the options together, as such a file, and carry
    /// out nothing
    #[arg(long)]
    pub print_config: bool,
    /// Where the queue is served [default: where the link leads, or `ws://127.0.0.1:8080/rpc/ws`]
    #[arg(value_name = "URL", value_parser = address)]
    pub url: Option<Url>,
    /// The pool that it is in; one of the pool `gpu` has the tag `gpu` [default: the one that its link
    /// is for, or `default`]
    #[arg(long, value_name = "NAME")]
    pub pool: Option<PoolName>,
    /// What it has that tasks can need; can be repeated
    #[arg(long = "tag", value_name = "NAME")]
    pub tags: Vec<Tag>,
    /// Which of `compute`, `gpu`, `io` and `pipeline` it carries out; can be repeated [default: all]
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(BUILT_IN))]
    pub types: Vec<String>,
    /// How many tasks it carries out at a time [default: 1]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub concurrency: Option<u32>,
    /// What it calls itself, for people
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The file of the link by which it comes, such as `mint worker` prints [default: the link in
    /// `TASK_QUEUE_LINK` in the environment, or `task-queue-data/supervisor.url`]
    #[arg(long, value_name = "FILE")]
    pub access: Option<PathBuf>,
    /// The server is open: there is no link
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true", conflicts_with = "access", hide_possible_values = true)]
    pub open: Option<bool>,
    /// The certificates to trust in place of those that everybody trusts, in PEM
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Print what happens as JSON, one object a line
    #[arg(long)]
    pub json: bool,
}
