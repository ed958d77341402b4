//! The whole of the command line: which commands there are.

use std::ffi::OsString;
use std::iter;

use clap::{Parser, Subcommand};

use super::access::{AccessOptions, MintOptions, RevokeOptions};
use super::client::{ListOptions, SubmitOptions, TaskOptions, WatchOptions};
use super::local::{BackupOptions, BenchOptions, CompletionsOptions};
use super::serve::ServeOptions;
use super::worker::WorkerOptions;
use crate::cli::operate::{FlowOptions, QueueOptions, SchedulesOptions};

/// What is wrong with the arguments; help and the version are among it, as text to print.
pub type UsageError = clap::Error;

/// A task queue in which tasks and workers hold exactly the capabilities they were granted.
#[derive(Debug, Parser)]
#[command(name = NAME, version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(super) struct Program {
    #[command(subcommand)]
    command: Command,
}

/// What the program is told to do.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Serve a queue until SIGINT or SIGTERM
    Serve(Box<ServeOptions>),
    /// Carry out tasks of a queue that is served elsewhere, until SIGINT or SIGTERM
    Worker(WorkerOptions),
    /// Submit a task; prints its id
    Submit(SubmitOptions),
    /// Show what happens to a task, live, until it has come to its end
    Watch(WatchOptions),
    /// Print what is known of a task
    Get(TaskOptions),
    /// Print the tasks that there are
    List(ListOptions),
    /// Cancel a task
    Cancel(TaskOptions),
    /// Have a task tried once more that has failed or was cancelled
    Retry(TaskOptions),
    /// Print the workers that there are
    Workers(QueueOptions),
    /// Print the pools, and what goes on in them
    Pools(QueueOptions),
    /// Have no task begin, in a pool or anywhere; those that run go on
    Pause(FlowOptions),
    /// Have tasks begin again
    Resume(FlowOptions),
    /// Print the schedules by which tasks are made, or change them
    Schedules(SchedulesOptions),
    /// Let somebody in; prints the link by which they come
    Mint(MintOptions),
    /// Take an account or a worker away, and everything that was handed out to it
    Revoke(RevokeOptions),
    /// Print who may use the queue
    Access(AccessOptions),
    /// Copy a queue's records to a new file, while the queue is served or not
    Backup(BackupOptions),
    /// Measure how fast a queue is on this machine, on a server of its own
    Bench(BenchOptions),
    /// Print what a shell needs to complete these commands
    Completions(CompletionsOptions),
    /// Play every scenario against servers of its own; exits with 1 if a step fails
    Demo,
}

impl Command {
    /// Reads a command from the program's arguments, its own name not among them.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let name = OsString::from(NAME);
        Program::try_parse_from(iter::once(name).chain(args)).map(|program| program.command)
    }
}

/// What the program is called.
pub(super) const NAME: &str = "task-queue";

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused or failed; what it was is said on stderr
  2  the arguments, or the file of settings, make no sense
  3  the queue cannot be reached
  4  the task that was watched has failed
  5  the task that was watched was cancelled
  6  the worker was revoked";
