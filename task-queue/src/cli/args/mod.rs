//! The command line: arguments in, a command or what is wrong with them out.

mod access;
mod client;
mod local;
mod program;
mod read;
mod serve;
mod worker;

#[cfg(test)]
mod tests;

pub use access::{AccessOptions, MintOptions, RevokeOptions};
pub use client::{Client, ListOptions, SubmitOptions, TaskOptions, WatchOptions};
pub use local::{BackupOptions, BenchOptions, CompletionsOptions};
pub use program::{Command, UsageError};
pub(super) use read::{allow, grants, json};
pub(super) use serve::Door;
pub use serve::ServeOptions;
pub use worker::WorkerOptions;
