//! The command line: arguments in, a command or what is wrong with them out.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};
use thiserror::Error;

use crate::engine::DispatchMode;
use crate::model::{Access, Grants};
use crate::resources::network::{AllowEntry, EntrySyntax, Reach};

/// What the program is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Serve a queue until a signal says to stop.
    Serve(ServeOptions),
    /// Play the scenarios.
    Demo,
    /// Say how the program is used.
    Help,
    /// Say which version it is.
    Version,
}

/// How a queue is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServeOptions {
    /// Where to listen, as `HOST:PORT`; port 0 takes a free one.
    pub listen: String,
    /// What a connection begins with.
    pub door: Door,
    /// Who brings tasks and workers together.
    pub dispatch: DispatchMode,
    /// Where objects are kept.
    pub data: PathBuf,
    /// Who can be reached by network; nobody else can.
    pub allowed: Vec<AllowEntry>,
    /// What the tasks of clients can be granted.
    pub client_grants: Grants,
}

/// What a connection begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Door {
    /// A gate, at which a secret is redeemed for a role.
    #[default]
    Gate,
    /// The gateway itself, for everybody.
    Open,
}

/// What is wrong with the arguments.
#[derive(Debug, Error)]
pub enum UsageError {
    /// No command was given.
    #[error("a command is missing: `serve` or `demo`")]
    NoCommand,
    /// There is no such command.
    #[error("there is no command `{0}`: there are `serve` and `demo`")]
    UnknownCommand(String),
    /// There is no such option, or it does not go with its value.
    #[error(transparent)]
    Option(#[from] lexopt::Error),
    /// The dispatch mode is none.
    #[error("`--dispatch` is `manual` or `auto`, not `{0}`")]
    Dispatch(String),
    /// What is to be granted is no resource.
    #[error(
        "`--grant` lists `storage`, `storage:read`, `gpu`, `network`, `network:read` or `none`, not `{0}`"
    )]
    Grant(String),
    /// What is to be reachable is no host and port.
    #[error("`--allow {entry}`: {source}")]
    Allow {
        /// What was given.
        entry: String,
        /// What is wrong with it.
        source: EntrySyntax,
    },
}

impl Command {
    /// Reads a command from the program's arguments, its own name not among them.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, UsageError> {
        let mut parser = Parser::from_args(args);
        match parser.next()? {
            None => Err(UsageError::NoCommand),
            Some(Arg::Short('h') | Arg::Long("help")) => Ok(Self::Help),
            Some(Arg::Short('V') | Arg::Long("version")) => Ok(Self::Version),
            Some(Arg::Value(name)) if name == "serve" => serve(&mut parser),
            Some(Arg::Value(name)) if name == "demo" => demo(&mut parser),
            Some(Arg::Value(name)) if name == "help" => Ok(Self::Help),
            Some(Arg::Value(name)) => Err(UsageError::UnknownCommand(
                name.to_string_lossy().into_owned(),
            )),
            Some(other) => Err(other.unexpected().into()),
        }
    }
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            door: Door::default(),
            dispatch: DispatchMode::default(),
            data: PathBuf::from("task-queue-data"),
            allowed: Vec::new(),
            client_grants: Grants {
                storage: Access::Full,
                ..Grants::NOTHING
            },
        }
    }
}

fn serve(parser: &mut Parser) -> Result<Command, UsageError> {
    let mut options = ServeOptions::default();
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("listen") => options.listen = parser.value()?.string()?,
            Arg::Long("open") => options.door = Door::Open,
            Arg::Long("dispatch") => options.dispatch = dispatch(parser.value()?.string()?)?,
            Arg::Long("data") => options.data = parser.value()?.into(),
            Arg::Long("allow") => options.allowed.push(allow(parser.value()?.string()?)?),
            Arg::Long("grant") => options.client_grants = grants(&parser.value()?.string()?)?,
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Serve(options))
}

fn demo(parser: &mut Parser) -> Result<Command, UsageError> {
    match parser.next()? {
        None => Ok(Command::Demo),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Command::Help),
        Some(other) => Err(other.unexpected().into()),
    }
}

fn dispatch(name: String) -> Result<DispatchMode, UsageError> {
    match name.as_str() {
        "manual" => Ok(DispatchMode::Manual),
        "auto" => Ok(DispatchMode::Auto),
        _ => Err(UsageError::Dispatch(name)),
    }
}

/// Reads what clients' tasks can be granted: resources with commas between them, or `none`.
fn grants(list: &str) -> Result<Grants, UsageError> {
    let mut grants = Grants::NOTHING;
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| *name != "none")
    {
        match name {
            "storage" => grants.storage = Access::Full,
            "storage:read" => grants.storage = Access::ReadOnly,
            "gpu" => grants.gpu = Access::Full,
            "network" => grants.network = Access::Full,
            "network:read" => grants.network = Access::ReadOnly,
            _ => return Err(UsageError::Grant(name.to_owned())),
        }
    }
    Ok(grants)
}

/// Who names an address, or this machine, means it; a name found elsewhere must lead to a public
/// address, since whoever owns the name decides where it leads.
fn allow(entry: String) -> Result<AllowEntry, UsageError> {
    let reach = if names_a_place(&entry) {
        Reach::Private
    } else {
        Reach::Public
    };
    AllowEntry::new(&entry, reach).map_err(|source| UsageError::Allow { entry, source })
}

fn names_a_place(entry: &str) -> bool {
    let url = url::Url::parse(&format!("http://{entry}"));
    match url.as_ref().ok().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    }
}

/// How the program is used.
pub(super) const HELP: &str = "\
A task queue in which tasks and workers hold exactly the capabilities they were granted.

Usage: task-queue <command> [options]

Commands:
  serve    Serve a queue until SIGINT or SIGTERM
  demo     Play every scenario against servers of its own; exits with 1 if a step fails

Options of serve:
  --listen HOST:PORT       Where to listen [default: 127.0.0.1:8080]; port 0 takes a free one
  --open                   Give everybody who connects the whole gateway; loopback only.
                           Without it a connection must redeem a secret for a role
  --dispatch manual|auto   Who brings tasks and workers together [default: manual]:
                           a supervisor with `execute`, or the queue itself
  --data DIR               Where objects are kept [default: ./task-queue-data], and, while the
                           server runs, the secrets of the roles, in `secrets.json`
  --allow HOST:PORT        Let tasks reach that host; can be repeated [default: nobody].
                           A name must lead to a public address, unless it is `localhost`
  --grant LIST             What the tasks of clients may be granted [default: storage]:
                           storage, storage:read, gpu, network, network:read, or none

  -h, --help               Print this
  -V, --version            Print the version
";

#[cfg(test)]
mod tests {
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
        parse(line).unwrap_err().to_string()
    }

    #[test]
    fn without_options_a_server_is_closed_manual_and_local() {
        let options = options("serve");
        assert_eq!(options, ServeOptions::default());
        assert_eq!(options.door, Door::Gate);
        assert_eq!(options.dispatch, DispatchMode::Manual);
        assert_eq!(options.listen, "127.0.0.1:8080");
        assert!(options.allowed.is_empty());
    }

    #[test]
    fn every_option_is_read() {
        let line = "serve --listen [::1]:0 --open --dispatch=auto --data d --allow a:1 --allow b \
                    --grant storage:read,gpu";
        let allowed = ["a:1", "b"].map(|entry| AllowEntry::new(entry, Reach::Public).unwrap());
        let expected = ServeOptions {
            listen: "[::1]:0".to_owned(),
            door: Door::Open,
            dispatch: DispatchMode::Auto,
            data: "d".into(),
            allowed: allowed.into(),
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
        assert!(!reach("intranet:8000") && !reach("localhost.example"));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_was_written() {
        assert!(refusal("").contains("`serve` or `demo`"));
        assert!(refusal("server").contains("`server`"));
        assert!(refusal("serve --opne").contains("--opne"));
        assert!(refusal("serve --listen").contains("--listen"));
        assert!(refusal("serve --grant everything").contains("`everything`"));
        assert!(refusal("serve --dispatch sometimes").contains("`sometimes`"));
        assert!(refusal("serve --allow http://a/").contains("http://a/"));
        assert!(refusal("serve 8080").contains("8080"));
        assert!(refusal("serve --open=yes").contains("--open"));
        assert!(refusal("demo 7").contains('7'));
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
            assert_eq!(parse(line).unwrap(), Command::Help, "{line}");
        }
        assert_eq!(parse("--version").unwrap(), Command::Version);
        assert_eq!(parse("-V").unwrap(), Command::Version);
    }
}
