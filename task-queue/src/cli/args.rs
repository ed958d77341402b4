//! The command line: arguments in, a command or what is wrong with them out.

use std::ffi::OsString;
use std::iter;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use thiserror::Error;

use crate::engine::DispatchMode;
use crate::model::{Access, Grants, TaskStatus};
use crate::resources::gpu::DeviceChoice;
use crate::resources::network::{AllowEntry, EntrySyntax, Reach};
use crate::service::Durability;

/// What is wrong with the arguments; help and the version are among it, as text to print.
pub type UsageError = clap::Error;

/// A task queue in which tasks and workers hold exactly the capabilities they were granted.
#[derive(Debug, Parser)]
#[command(name = "task-queue", version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

/// What the program is told to do.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[non_exhaustive]
pub enum Command {
    /// Serve a queue until SIGINT or SIGTERM
    Serve(ServeOptions),
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
    /// Copy a queue's records to a new file, while the queue is served or not
    Backup(BackupOptions),
    /// Measure how fast a queue is on this machine, on a server of its own
    Bench(BenchOptions),
    /// Play every scenario against servers of its own; exits with 1 if a step fails
    Demo,
}

/// How a queue is served.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Give everybody who connects the whole gateway; loopback only. Without it a connection must
    /// redeem a secret for a role
    #[arg(long)]
    pub open: bool,
    /// Who brings tasks and workers together: a supervisor with `execute`, or the queue itself
    #[arg(long, value_name = "manual|auto", default_value = "manual", value_parser = dispatch())]
    pub dispatch: DispatchMode,
    /// Where tasks and objects are kept, and, while the server runs, the secrets of the roles, in
    /// `secrets.json`
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// Keep tasks in memory only: the queue ends with the process
    #[arg(long)]
    pub memory: bool,
    /// Let tasks reach that host, by `http` or `https`, or only as `https://HOST:PORT` says; can be
    /// repeated. A name must lead to a public address, unless it is `localhost` [default: nobody]
    #[arg(long = "allow", value_name = "HOST:PORT", value_parser = allow)]
    pub allowed: Vec<AllowEntry>,
    /// A file of certificates, in PEM, of authorities that may vouch for the `https` hosts that tasks
    /// reach, besides those that browsers trust; can be repeated
    #[arg(long = "allow-ca", value_name = "FILE")]
    pub authorities: Vec<PathBuf>,
    /// What computes for tasks: the processor, a real device, or a real one if there is one
    #[arg(long, value_name = "software|device|auto", default_value = "software", value_parser = gpu())]
    pub gpu: DeviceChoice,
    /// What the tasks of clients may be granted: `storage`, `storage:append`,
    /// `storage:read`, `gpu`, `network`, `network:read`, with commas between them, or `none`
    #[arg(long = "grant", value_name = "LIST", default_value = "storage", value_parser = grants)]
    pub client_grants: Grants,
}

/// Which queue is spoken to, and how it answers.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct Client {
    /// Where the queue is served
    #[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:8080/rpc/ws")]
    pub url: String,
    /// The file of the roles' secrets; the supervisor's is taken, or else the client's
    #[arg(long, value_name = "FILE", default_value = SECRETS)]
    pub secrets: PathBuf,
    /// The server is open: there is no secret to redeem
    #[arg(long, conflicts_with = "secrets")]
    pub open: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What a worker offers, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
#[non_exhaustive]
pub struct WorkerOptions {
    /// Where the queue is served
    #[arg(value_name = "URL", default_value = "ws://127.0.0.1:8080/rpc/ws")]
    pub url: String,
    /// The pool that it is in; one of the pool `gpu` has the tag `gpu`
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    pub pool: String,
    /// What it has that tasks can need; can be repeated
    #[arg(long = "tag", value_name = "NAME")]
    pub tags: Vec<String>,
    /// Which of `compute`, `gpu`, `io` and `pipeline` it carries out; can be repeated [default: all]
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(BUILT_IN))]
    pub types: Vec<String>,
    /// How many tasks it carries out at a time
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub concurrency: u32,
    /// What it calls itself, for people
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The file of the roles' secrets; `TASK_QUEUE_SECRET` in the environment is taken before it
    #[arg(long, value_name = "FILE", default_value = SECRETS)]
    pub secrets: PathBuf,
    /// The server is open: there is no secret to redeem
    #[arg(long, conflicts_with = "secrets")]
    pub open: bool,
    /// Print what happens as JSON, one object a line
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
    /// How many workers carry them out
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub workers: usize,
    /// The data directory, on the disk to measure [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep tasks in memory only
    #[arg(long)]
    pub memory: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What a connection begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Door {
    /// A gate, at which a secret is redeemed for a role.
    #[default]
    Gate,
    /// The gateway itself, for everybody.
    Open,
}

/// What of `--grant` or `--allow` makes no sense.
#[derive(Debug, Error)]
enum NotAnOption {
    #[error(
        "it lists `storage`, `storage:append`, `storage:read`, `gpu`, `network`, `network:read` or `none`, not `{0}`"
    )]
    Grant(String),
    #[error(transparent)]
    Allow(#[from] EntrySyntax),
    #[error("no task can be `{0}`")]
    Status(String),
    #[error("the parameters are a JSON object: {0}")]
    Json(#[from] serde_json::Error),
}

impl Command {
    /// Reads a command from the program's arguments, its own name not among them.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let name = OsString::from("task-queue");
        Program::try_parse_from(iter::once(name).chain(args)).map(|program| program.command)
    }
}

impl ServeOptions {
    /// Returns what a connection begins with.
    pub(super) const fn door(&self) -> Door {
        if self.open { Door::Open } else { Door::Gate }
    }

    /// Returns whether the queue outlives the process.
    pub(super) const fn durability(&self) -> Durability {
        if self.memory {
            Durability::Memory
        } else {
            Durability::Disk
        }
    }
}

fn dispatch() -> impl TypedValueParser<Value = DispatchMode> {
    PossibleValuesParser::new(["manual", "auto"]).map(|mode| match mode.as_str() {
        "auto" => DispatchMode::Auto,
        _ => DispatchMode::Manual,
    })
}

/// Reads what clients' tasks can be granted: resources with commas between them, or `none`.
fn grants(list: &str) -> Result<Grants, NotAnOption> {
    let mut grants = Grants::NOTHING;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| *name != "none")
    {
        match name {
            "storage" => grants.storage = Access::Full,
            "storage:read" => grants.storage = Access::ReadOnly,
            "storage:append" => grants.storage = Access::Append,
            "gpu" => grants.gpu = Access::Full,
            "network" => grants.network = Access::Full,
            "network:read" => grants.network = Access::ReadOnly,
            _ => return Err(NotAnOption::Grant(name.to_owned())),
        }
    }
    Ok(grants)
}

fn gpu() -> impl TypedValueParser<Value = DeviceChoice> {
    let names = DeviceChoice::ALL.map(|choice| choice.0);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<DeviceChoice>())
}

/// Who names an address, or this machine, means it; a name found elsewhere must lead to a public
/// address, since whoever owns the name decides where it leads.
fn allow(entry: &str) -> Result<AllowEntry, NotAnOption> {
    let reach = if names_a_place(entry) {
        Reach::Private
    } else {
        Reach::Public
    };
    Ok(AllowEntry::new(entry, reach)?)
}

fn names_a_place(entry: &str) -> bool {
    let authority = entry.split_once("://").map_or(entry, |(_, rest)| rest);
    let url = url::Url::parse(&format!("http://{authority}"));
    match url.as_ref().ok().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    }
}

/// Reads where a task stands, as it is written on the wire.
fn status(text: &str) -> Result<TaskStatus, NotAnOption> {
    let status = serde_json::from_value(Value::from(text));
    status.map_err(|_| NotAnOption::Status(text.to_owned()))
}

fn json(text: &str) -> Result<Value, NotAnOption> {
    Ok(serde_json::from_str(text)?)
}

/// Where a queue has its data if nothing else is said.
const DATA: &str = "task-queue-data";
const SECRETS: &str = "task-queue-data/secrets.json";

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused or failed; what it was is said on stderr
  2  the arguments make no sense
  3  the queue cannot be reached
  4  the task that was watched has failed
  5  the task that was watched was cancelled
  6  the worker was revoked";

const BUILT_IN: [&str; 4] = ["compute", "gpu", "io", "pipeline"];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Command, UsageError> {
        Command::parse(line.split_whitespace().map(OsString::from))
    }

    fn options(line: &str) -> ServeOptions {
        match parse(line) {
            Ok(Command::Serve(options)) => options,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn refusal(line: &str) -> String {
        let error = parse(line).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{line}");
        error.to_string()
    }

    #[test]
    fn the_declarations_of_the_options_agree() {
        Program::command().debug_assert();
    }

    #[test]
    fn without_options_a_server_is_closed_manual_local_and_durable() {
        let options = options("serve");
        assert_eq!(options.door(), Door::Gate);
        assert_eq!(options.dispatch, DispatchMode::Manual);
        assert_eq!(options.durability(), Durability::Disk);
        assert_eq!(options.listen, "127.0.0.1:8080");
        assert_eq!(options.data, Path::new("task-queue-data"));
        assert!(options.allowed.is_empty());
        assert_eq!(options.gpu, DeviceChoice::Software);
        let storage = Grants {
            storage: Access::Full,
            ..Grants::NOTHING
        };
        assert_eq!(options.client_grants, storage);
    }

    #[test]
    fn every_option_is_read() {
        let line = "serve --listen [::1]:0 --open --dispatch=auto --data d --allow a:1 --allow b \
                    --allow-ca c --gpu auto --grant storage:read,gpu --memory";
        let allowed = ["a:1", "b"].map(|entry| AllowEntry::new(entry, Reach::Public).unwrap());
        let expected = ServeOptions {
            listen: "[::1]:0".to_owned(),
            open: true,
            dispatch: DispatchMode::Auto,
            data: "d".into(),
            memory: true,
            allowed: allowed.into(),
            authorities: vec!["c".into()],
            gpu: DeviceChoice::Auto,
            client_grants: Grants {
                storage: Access::ReadOnly,
                gpu: Access::Full,
                ..Grants::NOTHING
            },
        };
        assert_eq!(options(line), expected);
    }

    #[test]
    fn only_an_address_that_was_written_may_be_private() {
        let reach = |entry: &str| {
            let allowed = options(&format!("serve --allow {entry}")).allowed;
            let private = AllowEntry::new(entry, Reach::Private).unwrap();
            allowed == [private]
        };
        assert!(reach("127.0.0.1:8000") && reach("[::1]:8000") && reach("localhost:1"));
        assert!(reach("https://127.0.0.1:8000") && reach("http://localhost"));
        assert!(!reach("intranet:8000") && !reach("localhost.example"));
        assert!(!reach("https://intranet"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_was_written() {
        assert!(refusal("").contains("serve"));
        assert!(refusal("server").contains("'server'"));
        assert!(refusal("serve --opne").contains("--opne"));
        assert!(refusal("serve --listen").contains("--listen"));
        assert!(refusal("serve --grant everything").contains("`everything`"));
        assert!(refusal("serve --dispatch sometimes").contains("'sometimes'"));
        assert!(refusal("serve --allow http://a/").contains("http://a/"));
        assert!(refusal("serve 8080").contains("8080"));
        assert!(refusal("serve --open=yes").contains("--open"));
        assert!(refusal("demo 7").contains('7'));
        assert!(refusal("submit compute {").contains("JSON"));
        assert!(refusal("get").contains("<ID>"));
        assert!(refusal("list --open --secrets s").contains("--secrets"));
        assert!(refusal("list --status done").contains("`done`"));
        assert!(refusal("watch task --from first").contains("first"));
    }

    #[test]
    fn tasks_are_submitted_with_parameters_or_without() {
        let submitted = |line: &str| match parse(line) {
            Ok(Command::Submit(options)) => (options.kind, options.params),
            other => panic!("{line}: {other:?}"),
        };
        let params = serde_json::json!({"iterations": 3});
        assert_eq!(
            submitted("submit compute {\"iterations\":3}"),
            ("compute".to_owned(), params)
        );
        assert_eq!(submitted("submit io --open").1, serde_json::json!({}));
    }

    #[test]
    fn a_worker_carries_out_everything_unless_it_is_told_what() {
        let options = |line: &str| match parse(line) {
            Ok(Command::Worker(options)) => options,
            other => panic!("{line}: {other:?}"),
        };
        let plain = options("worker");
        assert_eq!((plain.pool.as_str(), plain.concurrency), ("cpu", 1));
        assert!(plain.types.is_empty());
        let line = "worker --pool gpu --concurrency 4 --type io --type gpu --tag eu ws://there/";
        let told = options(line);
        assert_eq!((told.pool.as_str(), told.concurrency), ("gpu", 4));
        assert_eq!(told.types, ["io", "gpu"]);
        assert_eq!(
            (told.url.as_str(), told.tags),
            ("ws://there/", vec!["eu".to_owned()])
        );
        assert!(refusal("worker --concurrency 0").contains("--concurrency"));
        assert!(refusal("worker --type thumbnail").contains("thumbnail"));
    }

    #[test]
    fn help_is_given_wherever_it_is_asked_for() {
        for line in [
            "--help",
            "-h",
            "help",
            "serve --help",
            "serve --open -h",
            "demo -h",
        ] {
            let help = parse(line).unwrap_err();
            assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
            assert_eq!(help.exit_code(), 0, "{line}");
        }
        assert_eq!(parse("-V").unwrap_err().exit_code(), 0);
        let version = parse("--version").unwrap_err();
        assert_eq!(version.kind(), ErrorKind::DisplayVersion);
    }
}
