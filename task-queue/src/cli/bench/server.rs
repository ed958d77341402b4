//! The server that is measured: a process of its own.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::cli::args::BenchOptions;
use crate::cli::error::RunError;

/// A running server; dropping it ends it, and removes its data if nobody has said where they are to be.
#[derive(Debug)]
pub(super) struct BenchServer {
    child: Child,
    url: String,
    /// What the server says; it would fail if nobody could hear it.
    output: BufReader<ChildStdout>,
    _data: Option<TempDir>,
}

impl BenchServer {
    /// Starts this program once more, as a server.
    pub(super) fn start(options: &BenchOptions) -> Result<Self, RunError> {
        Self::spawn(options).map_err(RunError::BenchServer)
    }

    fn spawn(options: &BenchOptions) -> io::Result<Self> {
        let temporary = match options.data {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let data = match (&options.data, &temporary) {
            (Some(data), _) => data.as_path(),
            (None, temporary) => temporary.as_ref().map_or("".as_ref(), TempDir::path),
        };
        let mut command = Command::new(env::current_exe()?);
        command.args([
            "serve",
            "--open",
            "--listen",
            "127.0.0.1:0",
            "--dispatch",
            "auto",
        ]);
        command.arg("--data").arg(data);
        if options.memory {
            command.arg("--memory");
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or_else(silent)?;
        let mut server = Self {
            child,
            url: String::new(),
            output: BufReader::new(output),
            _data: temporary,
        };
        server.url = server.hear_url()?;
        Ok(server)
    }

    fn hear_url(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let (_, url) = line.split_once("running on ").ok_or_else(silent)?;
        Ok(url.trim().to_owned())
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Returns how much time the server has used of the processor so far; where the system tells.
    pub(super) fn processor_time(&self) -> Option<Duration> {
        let file = format!("/proc/{}/stat", self.child.id());
        let text = fs::read_to_string(file).ok()?;
        // The name, which may hold anything, stands between brackets; the 14th and 15th fields are
        // ticks of a hundredth of a second.
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(
            Duration::from_millis(10)
                .saturating_mul(u32::try_from(user.checked_add(system)?).ok()?),
        )
    }
}

impl Drop for BenchServer {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn silent() -> io::Error {
    io::Error::other("the server has not said where it listens")
}
