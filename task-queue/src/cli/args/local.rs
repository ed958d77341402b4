//! What is said on the command line about what needs no queue that is served already.

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::program::{NAME, Program};
use crate::cli::config::DATA;

/// What is copied where.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct BackupOptions {
    /// The file to make, which must not be there yet
    pub file: PathBuf,
    /// The data directory of the queue
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct BenchOptions {
    /// How many tasks are submitted each way
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    pub tasks: usize,
    /// How many submissions are under way at a time
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub in_flight: usize,
    /// How many tasks are submitted in a call, of those that are submitted in bulk; 10,000 at most
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    pub bulk: usize,
    /// How many of them the worker carries out at a time
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub workers: usize,
    /// How many tasks more are to wait, in the end, while others are carried out
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    pub waiting: usize,
    /// The data directory, on the disk to measure [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep tasks in memory only
    #[arg(long)]
    pub memory: bool,
    /// Be the worker that is measured, at that queue
    #[arg(long, value_name = "URL", hide = true)]
    pub hands: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// For which shell.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct CompletionsOptions {
    /// The shell
    pub shell: Shell,
}

impl CompletionsOptions {
    /// Returns what the shell needs.
    pub(in crate::cli) fn script(&self) -> Vec<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Program::command(), NAME, &mut script);
        script
    }
}
