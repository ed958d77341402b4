//! The workers: who there is, and what they are doing.

use std::io;

use super::options::QueueOptions;
use crate::caps::{WorkerActivity, WorkerSummary};
use crate::cli::client::{Out, say};
use crate::cli::enter::enter;
use crate::cli::error::RunError;
use crate::cli::words::{plain, time_of_day};

/// Says which workers there are.
pub(in crate::cli) async fn workers(options: QueueOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let workers = entered.gateway.get_worker_pool().list_workers().await;
    let workers = workers.map_err(RunError::Refused)?;
    say(&options.client, out, &workers, |out| {
        workers.iter().try_for_each(|worker| line(worker, out))
    })
}

fn line(worker: &WorkerSummary, out: Out<'_>) -> io::Result<()> {
    let status = match worker.status {
        WorkerActivity::Idle => "idle",
        WorkerActivity::Busy => "busy",
        WorkerActivity::Revoked => "revoked",
    };
    write!(out, "{}  {:<16}  {status:<7}", worker.id, worker.kind)?;
    if let Some(member) = &worker.member {
        let at = time_of_day(member.lost_at);
        let until = if member.connected {
            "lease until"
        } else {
            "away until"
        };
        write!(
            out,
            "  {} of {}  {until} {at}",
            member.running, member.concurrency
        )?;
        if member.draining {
            write!(out, "  draining")?;
        }
        if let Some(name) = &member.name {
            write!(out, "  {}", plain(name))?;
        }
    }
    writeln!(out)
}
