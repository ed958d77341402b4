//! From a command to its end.

use std::io::Write;

use crate::cli::access;
use crate::cli::args::{BackupOptions, Command};
use crate::cli::bench::bench;
use crate::cli::client;
use crate::cli::error::RunError;
use crate::cli::list::list;
use crate::cli::operate::{Direction, pools, schedules, set_flow, workers};
use crate::cli::serve::serve;
use crate::cli::watch::watch;
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
    /// The task that was watched has failed.
    TaskFailed,
    /// The task that was watched was cancelled.
    TaskCancelled,
}

impl Outcome {
    /// Returns what the program exits with.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::TaskFailed => 4,
            Self::TaskCancelled => 5,
        }
    }
}

/// Carries out a command; what it has to say goes to `out`.
pub async fn run(command: Command, out: &mut (dyn Write + Send)) -> Result<Outcome, RunError> {
    match command {
        Command::Serve(options) => serve(*options, out).await?,
        Command::Worker(options) => worker(options, out).await?,
        Command::Submit(options) => return client::submit(options, out).await,
        Command::Watch(options) => return watch(options, out).await,
        Command::Get(options) => client::get(options, out).await?,
        Command::List(options) => list(options, out).await?,
        Command::Cancel(options) => client::cancel(options, out).await?,
        Command::Retry(options) => client::retry(options, out).await?,
        Command::Workers(options) => workers(options, out).await?,
        Command::Pools(options) => pools(options, out).await?,
        Command::Pause(options) => set_flow(options, Direction::Pause, out).await?,
        Command::Resume(options) => set_flow(options, Direction::Resume, out).await?,
        Command::Schedules(options) => schedules(options, out).await?,
        Command::Mint(options) => access::mint(options, out).await?,
        Command::Revoke(options) => access::revoke(options, out).await?,
        Command::Access(options) => access::list(options, out).await?,
        Command::Backup(options) => copy(options)?,
        Command::Bench(options) => bench(options, out).await?,
        Command::Completions(options) => {
            out.write_all(&options.script()).map_err(RunError::Output)?;
        }
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
