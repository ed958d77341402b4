//! From a command to its end.

use std::io::Write;

use crate::cli::args::{Command, HELP};
use crate::cli::error::RunError;
use crate::cli::serve::serve;
use crate::demo;

/// How a command ended that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Success,
    /// The demonstration found something that does not work.
    Failure,
}

/// Carries out a command; what it has to say goes to `out`.
pub async fn run(command: Command, out: &mut (dyn Write + Send)) -> Result<Outcome, RunError> {
    match command {
        Command::Serve(options) => serve(options, out).await.map(|()| Outcome::Success),
        Command::Demo => Ok(match demo::play(out).await.map_err(RunError::Output)? {
            demo::Verdict::Passed => Outcome::Success,
            demo::Verdict::Failed => Outcome::Failure,
        }),
        Command::Help => say(out, HELP),
        Command::Version => say(out, concat!("task-queue ", env!("CARGO_PKG_VERSION"), "\n")),
    }
}

fn say(out: &mut (dyn Write + Send), text: &str) -> Result<Outcome, RunError> {
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map(|()| Outcome::Success).map_err(RunError::Output)
}
