//! How an operator sees what goes on in a server.

use clap::Args;

use crate::cli::log::{Filter, LogFormat};

/// How an operator sees what goes on in a server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct MonitorOptions {
    /// Where `/healthz` and `/metrics` are answered, by HTTP; a port alone is one of this machine, for
    /// itself [default: nowhere]
    #[arg(long, value_name = "[HOST:]PORT")]
    pub metrics: Option<String>,
    /// How the log is written, to stderr [default: text]
    #[arg(long, value_name = "text|json|off", value_parser = LogFormat::parser(), hide_possible_values = true)]
    pub log: Option<LogFormat>,
    /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also of parts only, as in
    /// `warn,task_queue=debug` [default: `warn,task_queue=info`]
    #[arg(long, value_name = "FILTER", env = "TASK_QUEUE_LOG")]
    pub log_filter: Option<Filter>,
}
