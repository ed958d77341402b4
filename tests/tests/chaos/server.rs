//! The server, as a process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tests::Process;
use tokio::task::spawn_blocking;

/// A server that is killed, and started again on the same port.
pub(crate) struct Victim {
    journal: PathBuf,
    address: String,
    process: Option<Process>,
}

impl Victim {
    pub(crate) async fn start(journal: &Path) -> Self {
        let mut victim = Self {
            journal: journal.to_owned(),
            address: "127.0.0.1:0".to_owned(),
            process: None,
        };
        victim.start_again().await;
        victim
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/", self.address)
    }

    /// Kills it (SIGKILL), whatever it is doing.
    pub(crate) async fn kill_and_start_again(&mut self) {
        drop(self.process.take());
        self.start_again().await;
    }

    async fn start_again(&mut self) {
        for _ in 0..TRIES {
            let (address, journal) = (self.address.clone(), self.journal.clone());
            let started = spawn_blocking(move || start(&address, &journal)).await;
            match started.expect("starting does not panic") {
                Ok((process, address)) => {
                    self.address = address;
                    self.process = Some(process);
                    return;
                }
                // A client may have got hold of the port for a moment, as its own end.
                Err(error) => assert!(error.to_string().contains("in use"), "{error}"),
            }
        }
        panic!("{} stays in use", self.address);
    }
}

fn start(address: &str, journal: &Path) -> Result<(Process, String), tests::ProcessError> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_journal-server"));
    let mut process = Process::spawn(command.arg(address).arg(journal))?;
    let address = process.line_after("listening on ", Duration::from_mins(1))?;
    Ok((process, address))
}

const TRIES: usize = 100;
