//! From a command to its end.

use std::io::Write;

use crate::cli::args::{BackupOptions, Command};
use crate::cli::bench::bench;
use crate::cli::client;
use crate::cli::error::RunError;
use crate::cli::serve::serve;
use crate::cli::worker::worker;
use crate::demo;
use crate::store::backup;

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
        Command::Serve(options) => serve(options, out).await?,
        Command::Worker(options) => worker(options, out).await?,
        Command::Submit(options) => client::submit(options, out).await?,
        Command::Get(options) => client::get(options, out).await?,
        Command::List(options) => client::list(options, out).await?,
        Command::Cancel(options) => client::cancel(options, out).await?,
        Command::Retry(options) => client::retry(options, out).await?,
        Command::Backup(options) => copy(options)?,
        Command::Bench(options) => bench(options, out).await?,
        Command::Demo => return play(out).await,
    }
    Ok(Outcome::Success)
}

fn copy(options: BackupOptions) -> Result<(), RunError> {
    let BackupOptions { data, file } = options;
    let copied = backup(&data, &file);
    copied.map_err(|source| RunError::Backup { data, file, source })
}

async fn play(out: &mut (dyn Write + Send)) -> Result<Outcome, RunError> {
    match demo::play(out).await.map_err(RunError::Output)? {
        demo::Verdict::Passed => Ok(Outcome::Success),
        demo::Verdict::Failed => Ok(Outcome::Failure),
    }
}
