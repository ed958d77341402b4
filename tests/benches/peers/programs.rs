//! The programs that take part: building, starting and pinning them.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Map, Value};
use tests::{Process, measured_program, root};

use crate::contest::{Case, Fresh, Side};
use crate::machine::Core;

/// Where the programs are that were built for this.
pub(crate) struct Programs(BTreeMap<Side, PathBuf>);

impl Programs {
    /// Builds what these need.
    pub(crate) fn build(cases: &[Case]) -> Result<Self, Box<dyn Error>> {
        let mut built = BTreeMap::new();
        for case in cases {
            for side in [case.peer.server(), case.peer.client()] {
                if let Some(package) = side.package()
                    && !built.contains_key(&side)
                {
                    eprintln!("building {package}");
                    built.insert(side, measured_program(package)?);
                }
            }
        }
        Ok(Self(built))
    }

    /// Returns a command that is yet to be told what to do.
    fn command(&self, side: Side, core: Core, role: Role) -> Command {
        let mut command = core.command();
        match self.0.get(&side) {
            Some(program) => command.arg(program).args(role.arguments()),
            None => command
                .args(["node", "--expose-gc"])
                .arg(root().join("tests/js/bench").join(role.script())),
        };
        match side {
            Side::RawAnswers => command.args(["--to", "capnweb"]),
            Side::TarpcJson => command.args(["--codec", "json"]),
            Side::TarpcBincode => command.args(["--codec", "bincode"]),
            Side::Raw | Side::Ours | Side::Npm | Side::JsonRpc => &mut command,
        };
        command
    }

    fn serve(&self, side: Side) -> Result<Server, Box<dyn Error>> {
        let mut command = self.command(side, Core::Server, Role::Server);
        let mut process = Process::spawn(&mut command)?;
        let address = process.line_after("listening on ", Duration::from_secs(30))?;
        Ok(Server { process, address })
    }
}

impl Side {
    /// Its package in `tests/peers`; none if it is a program of Node.js.
    const fn package(self) -> Option<&'static str> {
        match self {
            Self::Raw | Self::RawAnswers => Some("bench-raw"),
            Self::Ours => Some("bench-ours"),
            Self::Npm => None,
            Self::JsonRpc => Some("bench-jsonrpc"),
            Self::TarpcJson | Self::TarpcBincode => Some("bench-tarpc"),
        }
    }
}

#[derive(Clone, Copy)]
enum Role {
    Server,
    Client,
}

impl Role {
    const fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Server => &["serve"],
            Self::Client => &["drive"],
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Server => "server.mjs",
            Self::Client => "client.mjs",
        }
    }
}

struct Server {
    process: Process,
    address: String,
}

/// The servers that stay.
pub(crate) struct Servers(BTreeMap<Side, Server>);

impl Servers {
    /// Starts those that these need.
    pub(crate) fn start(programs: &Programs, cases: &[Case]) -> Result<Self, Box<dyn Error>> {
        let mut servers = BTreeMap::new();
        for case in cases {
            let side = case.peer.server();
            if case.contest.fresh == Fresh::No && !servers.contains_key(&side) {
                servers.insert(side, programs.serve(side)?);
            }
        }
        Ok(Self(servers))
    }

    /// Has a client take its turn; returns what it says.
    pub(crate) fn run(
        &mut self,
        programs: &Programs,
        case: &Case,
        time: Duration,
    ) -> Result<Map<String, Value>, Box<dyn Error>> {
        let side = case.peer.server();
        let fresh;
        let server = match case.contest.fresh {
            Fresh::No => self.0.get(&side).ok_or("its server is not there")?,
            Fresh::Yes => {
                fresh = programs.serve(side)?;
                &fresh
            }
        };
        let mut command = programs.command(case.peer.client(), Core::Client, Role::Client);
        command
            .arg("--pattern")
            .args(case.contest.options)
            .args(["--at", &server.address])
            .args(["--server", &server.process.id().to_string()])
            .args(["--seconds", &time.as_secs_f64().to_string()])
            .args(["--warm", &warm(case, time).to_string()]);
        let end = Process::spawn(&mut command)?.finish(LIMIT)?;
        let line = end.lines.last().ok_or_else(|| end.stderr.clone())?;
        Ok(serde_json::from_str(line)?)
    }
}

/// Returns how many seconds a client may warm up: Node.js compiles meanwhile.
fn warm(case: &Case, time: Duration) -> f64 {
    let least = if case.needs_node() { 0.5 } else { 0.2 };
    (time.as_secs_f64() / 2.0).max(least)
}

const LIMIT: Duration = Duration::from_mins(5);
