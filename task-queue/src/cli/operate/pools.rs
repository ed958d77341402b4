//! The pools: what goes on in them, and whether anything begins.

use std::io;

use serde_json::json;

use super::options::{FlowOptions, QueueOptions};
use crate::caps::PoolInfo;
use crate::cli::client::{Out, say};
use crate::cli::enter::enter;
use crate::cli::error::RunError;
use crate::model::Flow;

/// Whether tasks are to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Direction {
    Pause,
    Resume,
}

/// Says what the pools are doing.
pub(in crate::cli) async fn pools(options: QueueOptions, out: Out<'_>) -> Result<(), RunError> {
    let entered = enter(&options.client).await?;
    let pools = entered.gateway.get_pools();
    let is_paused = pools.is_paused();
    let list = pools.list().await.map_err(RunError::Refused)?;
    let is_paused = is_paused.await.map_err(RunError::Refused)?;
    let answer = json!({"paused": is_paused, "pools": list});
    say(&options.client, out, &answer, |out| {
        if is_paused {
            writeln!(out, "the queue is paused")?;
        }
        list.iter().try_for_each(|pool| line(pool, out))
    })
}

/// Has tasks begin, or not.
pub(in crate::cli) async fn set_flow(
    options: FlowOptions,
    direction: Direction,
    out: Out<'_>,
) -> Result<(), RunError> {
    let FlowOptions { pool, client } = options;
    let entered = enter(&client).await?;
    let pools = entered.gateway.get_pools();
    let (done, word) = match direction {
        Direction::Pause => (pools.pause(pool.clone()), "paused"),
        Direction::Resume => (pools.resume(pool.clone()), "resumed"),
    };
    let done = done.await.map_err(RunError::Refused)?;
    say(&client, out, &done, |out| match pool {
        Some(pool) => writeln!(out, "{word} the pool {pool}"),
        None => writeln!(out, "{word} the queue"),
    })
}

fn line(pool: &PoolInfo, out: Out<'_>) -> io::Result<()> {
    let flow = match pool.flow {
        Flow::Open => "open",
        Flow::Paused => "paused",
    };
    write!(
        out,
        "{:<16}  {flow:<6}  {} workers  {} running",
        pool.name, pool.workers, pool.running
    )?;
    if let Some(max) = pool.limits.max_running {
        write!(out, " (of {max})")?;
    }
    if let Some(rate) = pool.limits.rate {
        write!(out, "  {} in {} ms", rate.starts(), rate.per_ms())?;
    }
    writeln!(out)
}
