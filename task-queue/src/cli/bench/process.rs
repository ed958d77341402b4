//! The processes that are measured: a server, and its worker.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::hands::JOINED;
use crate::cli::args::BenchOptions;
use crate::cli::error::RunError;

/// A process of this program, once more; dropping it ends it.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// What it says; it would fail if nobody could hear it.
    output: BufReader<ChildStdout>,
}

/// A running server.
#[derive(Debug)]
pub(super) struct BenchServer {
    pub(super) process: Process,
    url: String,
}

impl BenchServer {
    /// Starts a server with its data in a directory.
    pub(super) fn start(options: &BenchOptions, data: &Path) -> Result<Self, RunError> {
        Self::spawn(options, data).map_err(RunError::BenchServer)
    }

    fn spawn(options: &BenchOptions, data: &Path) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", "--open", "--listen", "127.0.0.1:0"]);
        // Its own workers are none of the matter.
        command.args(["--dispatch", "manual", "--log", "off"]);
        command.arg("--data").arg(data);
        if options.memory {
            command.arg("--memory");
        }
        let mut process = Process::spawn(&mut command)?;
        let line = process.hear()?;
        let (_, url) = line.split_once("running on ").ok_or_else(silent)?;
        let url = url.trim().to_owned();
        Ok(Self { process, url })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Process {
    /// Starts a worker of that server; returns once it has joined.
    pub(super) fn worker(url: &str, concurrency: usize) -> Result<Self, RunError> {
        let spawn = || {
            let mut command = Command::new(env::current_exe()?);
            command.args(["bench", "--hands", url, "--workers"]);
            command.arg(concurrency.to_string());
            let mut process = Self::spawn(&mut command)?;
            match process.hear()?.trim() {
                JOINED => Ok(process),
                _ => Err(silent()),
            }
        };
        spawn().map_err(RunError::BenchServer)
    }

    fn spawn(command: &mut Command) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let output = child.stdout.take().map(BufReader::new);
        Ok(Self {
            output: output.ok_or_else(silent)?,
            child,
        })
    }

    fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line)
    }

    /// Returns how much time it has used of the processor so far; where the system tells.
    pub(super) fn processor_time(&self) -> Option<Duration> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name, which may hold anything, stands between brackets; the 14th and 15th fields are
        // ticks of a hundredth of a second.
        let (_, fields) = text.rsplit_once(')')?;
        let mut fields = fields.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        let ticks = u32::try_from(user.checked_add(system)?).ok()?;
        Some(Duration::from_millis(10).saturating_mul(ticks))
    }

    /// Returns how many bytes of memory it has; where the system tells.
    pub(super) fn memory(&self) -> Option<f64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u32 = line.split_whitespace().next()?.parse().ok()?;
        Some(f64::from(kib) * 1024.0)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn silent() -> io::Error {
    io::Error::other("it has not said what it was to say")
}
