//! Following a task to its end, over as many connections as that takes.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use capnweb_runtime::Error as CallError;
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::bar::Bar;
use super::view::{Manner, View};
use crate::caps::EventKind;
use crate::cli::args::{Client, WatchOptions};
use crate::cli::client::{Connected, Out, connected};
use crate::cli::error::RunError;
use crate::cli::run::Outcome;
use crate::model::TaskStatus;
use crate::service::is_passing;

/// Shows what happens to a task, and how it ends.
pub(in crate::cli) async fn watch(
    options: WatchOptions,
    out: Out<'_>,
) -> Result<Outcome, RunError> {
    follow(&options.client, &options.id, options.from, out).await
}

/// Shows what happens to a task from an event on, and how it ends.
pub(in crate::cli) async fn follow(
    client: &Client,
    task: &str,
    from: u64,
    out: Out<'_>,
) -> Result<Outcome, RunError> {
    let manner = match (client.json, io::stdout().is_terminal()) {
        (true, _) => Manner::Json,
        (false, true) => Manner::Bar(Bar::new()),
        (false, false) => Manner::Lines,
    };
    let mut follower = Follower {
        client,
        task,
        view: View::new(manner, out),
        next: from,
        end: None,
    };
    follower.run().await
}

struct Follower<'a> {
    client: &'a Client,
    task: &'a str,
    view: View<'a>,
    /// The number of the next event.
    next: u64,
    /// How the task ended by what was seen last.
    end: Option<Outcome>,
}

/// Why the events did not go on.
enum Stop {
    /// They may, over another connection.
    Passing(CallError),
    Final(RunError),
}

impl Follower<'_> {
    async fn run(&mut self) -> Result<Outcome, RunError> {
        let mut served = connected(self.client).await?;
        loop {
            match self.read(&served).await {
                Ok(()) => return self.outcome(&served).await,
                Err(Stop::Final(error)) => return Err(error),
                Err(Stop::Passing(why)) => self.view.note(&format!("{why}; trying again"))?,
            }
            drop(served);
            served = self.reconnect().await?;
        }
    }

    /// Shows the events as long as they come.
    async fn read(&mut self, served: &Connected) -> Result<(), Stop> {
        let task = served.queue.get_task(self.task);
        let mut events = task.events(self.next).await.map_err(stop)?;
        while let Some(event) = events.next().await {
            let event = event.map_err(stop)?;
            self.next = event.seq.saturating_add(1);
            self.end = end(&event.what);
            self.view.show(&event).map_err(Stop::Final)?;
        }
        Ok(())
    }

    /// Connects again, however long the server takes to come back, within reason. The link may be another
    /// one then.
    async fn reconnect(&self) -> Result<Connected, RunError> {
        let give_up = Instant::now() + PATIENCE;
        let mut wait = FIRST_WAIT;
        loop {
            tokio::time::sleep(wait).await;
            match connected(self.client).await {
                Err(_) if Instant::now() < give_up => {}
                outcome => return outcome,
            }
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
    }

    async fn outcome(&mut self, served: &Connected) -> Result<Outcome, RunError> {
        self.view.close()?;
        if let Some(end) = self.end {
            return Ok(end);
        }
        // It had ended before the first event that was asked for.
        let status = served.queue.get_task(self.task).status().await;
        Ok(match status.map_err(RunError::Refused)? {
            TaskStatus::Failed => Outcome::TaskFailed,
            TaskStatus::Cancelled => Outcome::TaskCancelled,
            _ => Outcome::Success,
        })
    }
}

fn stop(error: CallError) -> Stop {
    if error.is_disconnected() || is_passing(&error) {
        return Stop::Passing(error);
    }
    Stop::Final(RunError::Refused(error))
}

const fn end(what: &EventKind) -> Option<Outcome> {
    match what {
        EventKind::Completed { .. } => Some(Outcome::Success),
        EventKind::Failed { .. } => Some(Outcome::TaskFailed),
        EventKind::Cancelled => Some(Outcome::TaskCancelled),
        _ => None,
    }
}

/// How long a server may be away.
const PATIENCE: Duration = Duration::from_mins(5);

const FIRST_WAIT: Duration = Duration::from_millis(100);

const LONGEST_WAIT: Duration = Duration::from_secs(2);
