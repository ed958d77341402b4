//! The program's commands, and what is said about them on the command line.

mod address;
mod args;
mod bench;
mod client;
mod error;
mod list;
mod run;
mod secrets;
mod serve;
mod signals;
mod watch;
mod words;
mod worker;

pub use args::{
    BackupOptions, BenchOptions, Client, Command, ListOptions, ServeOptions, SubmitOptions,
    TaskOptions, UsageError, WatchOptions, WorkerOptions,
};
pub use error::RunError;
pub use run::{Outcome, run};
