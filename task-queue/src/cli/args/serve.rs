//! What is said on the command line about how a queue is served.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use url::Url;

use super::read::{address, allow, grants, word};
use crate::cli::monitor::MonitorOptions;
use crate::engine::DispatchMode;
use crate::model::Grants;
use crate::resources::gpu::DeviceChoice;
use crate::resources::network::AllowEntry;

/// How a queue is served. What is not said here is as the file of settings says, if there is one, or as
/// it usually is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct ServeOptions {
    /// A file of settings, in TOML; what is said by options goes before what it says
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the settings, those of the file and of the options together, as such a file, and serve
    /// nothing
    #[arg(long)]
    pub print_config: bool,
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: Option<String>,
    /// Give everybody who connects the whole gateway; loopback only. Without it a connection must
    /// redeem a reference for a role
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub open: Option<bool>,
    /// Who brings tasks and workers together: a supervisor with `execute`, or the queue itself
    /// [default: manual]
    #[arg(long, value_name = "manual|auto", value_parser = dispatch(), hide_possible_values = true)]
    pub dispatch: Option<DispatchMode>,
    /// Where the server is reached, if not where it listens: links are made with it
    #[arg(long, value_name = "URL", value_parser = address)]
    pub public_url: Option<Url>,
    /// The certificates that the server presents, its own first, in PEM: it is reached by `wss://` then
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Where tasks and objects are kept, and the supervisor's link, in `supervisor.url` [default:
    /// task-queue-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep tasks in memory only: the queue ends with the process
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    pub memory: Option<bool>,
    /// Let tasks reach that host, by `http` or `https`, or only as `https://HOST:PORT` says; can be
    /// repeated. A name must lead to a public address, unless it is `localhost` [default: nobody]
    #[arg(long = "allow", value_name = "HOST:PORT", value_parser = allow)]
    pub allowed: Vec<AllowEntry>,
    /// A file of certificates, in PEM, of authorities that may vouch for the `https` hosts that tasks
    /// reach, besides those that browsers trust; can be repeated
    #[arg(long = "allow-ca", value_name = "FILE")]
    pub authorities: Vec<PathBuf>,
    /// What computes for tasks: the processor, a real device, or a real one if there is one [default:
    /// software]
    #[arg(long, value_name = "software|device|auto", value_parser = gpu(), hide_possible_values = true)]
    pub gpu: Option<DeviceChoice>,
    /// What the tasks of clients may be granted: `storage`, `storage:append`,
    /// `storage:read`, `gpu`, `network`, `network:read`, with commas between them, or `none` [default:
    /// storage]
    #[arg(long = "grant", value_name = "LIST", value_parser = grants)]
    pub client_grants: Option<Grants>,
    /// How an operator sees what goes on.
    #[command(flatten)]
    pub monitor: MonitorOptions,
}

/// What a connection begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::cli) enum Door {
    /// A gate, at which a reference is redeemed for a role.
    #[default]
    Gate,
    /// The gateway itself, for everybody.
    Open,
}

fn dispatch() -> impl TypedValueParser<Value = DispatchMode> {
    PossibleValuesParser::new(["manual", "auto"]).try_map(|name| word::<DispatchMode>(&name))
}

fn gpu() -> impl TypedValueParser<Value = DeviceChoice> {
    let names = DeviceChoice::ALL.map(|choice| choice.0);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<DeviceChoice>())
}
