//! A server and its workers, as processes to which things happen.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tests::Process;

use crate::support::{LIMIT, program};

/// A server that is started again on the same port, and workers of which there are always as many.
pub(super) struct Fleet {
    data: PathBuf,
    address: String,
    server: Process,
    workers: Vec<Process>,
    /// The program itself as a worker: it does what every queue knows.
    plain: Process,
    /// Workers that were told to leave.
    retired: Vec<Process>,
    /// How many diaries there are.
    written: usize,
}

impl Fleet {
    pub(super) fn start(data: &Path, workers: usize) -> Self {
        std::fs::create_dir(data.join("diaries")).unwrap();
        let (server, url) = serve(data, "127.0.0.1:0");
        let mut fleet = Self {
            data: data.to_owned(),
            plain: plain(&url),
            address: address(&url),
            server,
            workers: Vec::new(),
            retired: Vec::new(),
            written: 0,
        };
        for _ in 0..workers {
            let mut worker = fleet.worker();
            worker.line_after(JOINED, LIMIT).unwrap();
            fleet.workers.push(worker);
        }
        fleet
    }

    pub(super) fn url(&self) -> String {
        format!("ws://{}/rpc/ws", self.address)
    }

    /// Returns where the workers' diaries are.
    pub(super) fn diaries(&self) -> PathBuf {
        self.data.join("diaries")
    }

    /// Kills a worker (SIGKILL); another takes its place.
    pub(super) fn kill_worker(&mut self, number: usize) {
        let next = self.worker();
        drop(std::mem::replace(&mut self.workers[number], next));
    }

    /// Tells a worker to leave (SIGTERM); another takes its place meanwhile.
    pub(super) fn retire_worker(&mut self, number: usize) {
        let next = self.worker();
        let leaving = std::mem::replace(&mut self.workers[number], next);
        signal(&leaving, "TERM");
        self.retired.push(leaving);
    }

    pub(super) fn stop_worker(&self, number: usize) {
        signal(&self.workers[number], "STOP");
    }

    pub(super) fn continue_worker(&self, number: usize) {
        signal(&self.workers[number], "CONT");
    }

    /// Kills the server (SIGKILL), and starts it again.
    pub(super) fn kill_server(&mut self) {
        signal(&self.server, "KILL");
        drop(self.server.finish(LIMIT));
        self.server = serve(&self.data, &self.address).0;
    }

    pub(super) fn stop_server(&self) {
        signal(&self.server, "STOP");
    }

    pub(super) fn continue_server(&self) {
        signal(&self.server, "CONT");
    }

    /// Tells every worker to leave; returns what those said that did not leave in good order.
    pub(super) fn leave(&mut self) -> Vec<String> {
        for worker in self.workers.iter().chain([&self.plain]) {
            signal(worker, "TERM");
        }
        let all = self.workers.iter_mut().chain(&mut self.retired);
        let ends = all
            .chain([&mut self.plain])
            .map(|worker| worker.finish(LIMIT).unwrap());
        ends.filter(|end| !end.status.success())
            .map(|end| end.stderr)
            .collect()
    }

    /// Starts a worker with a diary of its own.
    pub(super) fn worker(&mut self) -> Process {
        self.written += 1;
        let diary = self.diaries().join(self.written.to_string());
        let mut command = Command::new(env!("CARGO_BIN_EXE_journal-worker"));
        Process::spawn(command.arg(self.url()).arg(diary)).unwrap()
    }
}

/// Sends a signal to a process.
pub(super) fn signal(process: &Process, name: &str) {
    let id = process.id().to_string();
    let mut kill = Process::spawn(Command::new("kill").args(["-s", name, &id])).unwrap();
    // It may have ended.
    drop(kill.finish(LIMIT));
}

/// Starts a server; returns it and its URL.
fn serve(data: &Path, address: &str) -> (Process, String) {
    for _ in 0..TRIES {
        let mut command = Command::new(program());
        command
            .args(["serve", "--open", "--listen", address, "--data"])
            .arg(data);
        let mut server = Process::spawn(&mut command).unwrap();
        match server.line_after("Task Queue Server running on ", LIMIT) {
            Ok(url) => return (server, url),
            // A client may have got hold of the port for a moment, as its own end.
            Err(error) => assert!(error.to_string().contains("in use"), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{address} stays in use");
}

fn plain(url: &str) -> Process {
    let mut command = Command::new(program());
    command.args([
        "worker",
        "--open",
        "--json",
        "--type",
        "compute",
        "--concurrency",
        "4",
        url,
    ]);
    Process::spawn(&mut command).unwrap()
}

fn address(url: &str) -> String {
    let address = url.trim_start_matches("ws://");
    address.trim_end_matches("/rpc/ws").to_owned()
}

pub(super) const JOINED: &str = r#"{"event":"joined""#;
const TRIES: usize = 100;
