//! The program's commands, and what is said about them on the command line.

mod access;
mod address;
mod args;
mod bench;
mod client;
mod config;
mod enter;
mod error;
mod link;
mod list;
mod log;
mod monitor;
mod operate;
mod run;
mod serve;
mod signals;
mod tls;
mod watch;
mod words;
mod worker;

pub use args::{
    AccessOptions, BackupOptions, BenchOptions, Client, Command, CompletionsOptions, ListOptions,
    MintOptions, RevokeOptions, ServeOptions, SubmitOptions, TaskOptions, UsageError, WatchOptions,
    WorkerOptions,
};
pub use config::{ConfigError, Contradiction};
pub use error::RunError;
pub use link::LinkError;
pub use log::{Filter, LogFormat, NotAFilter};
pub use monitor::MonitorOptions;
pub use operate::{
    FlowOptions, MissedTimes, NewScheduleOptions, QueueOptions, ScheduleAction, ScheduleOptions,
    SchedulesOptions,
};
pub use run::{Outcome, run};
pub use tls::TlsError;
