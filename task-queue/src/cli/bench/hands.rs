//! The worker that is measured: a process of its own, written as anybody would write one.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::oneshot;

use crate::cli::error::RunError;
use crate::worker::{Notice, TaskError, Worker};

/// Carries out tasks that do nothing but tell when they have begun, until nobody holds the other end
/// of the standard input.
pub(super) async fn lend_hands(url: &str, concurrency: usize) -> Result<(), RunError> {
    let concurrency = u32::try_from(concurrency).unwrap_or(u32::MAX);
    let worker = Worker::new()
        .concurrency(concurrency)
        .task(
            KIND,
            |_: Value, _| async move { Ok::<_, TaskError>(micros()) },
        );
    let engagement = worker.connect(url).on_notice(|notice| {
        if matches!(notice, Notice::Joined { .. }) {
            // Whoever does not listen any more has ended, and with them the standard input.
            drop(writeln!(io::stdout(), "{JOINED}"));
        }
    });
    engagement.run(left_alone()).await?;
    Ok(())
}

/// Returns the time in microseconds since the Unix epoch, which is the same for all processes.
pub(super) fn micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    })
}

/// Waits until the standard input is closed.
async fn left_alone() {
    let (tell, closed) = oneshot::channel::<()>();
    // Reading it blocks, which no task of the runtime may.
    drop(thread::spawn(move || {
        drop(io::stdin().read(&mut [0]));
        drop(tell);
    }));
    drop(closed.await);
}

/// What the worker says when it has joined.
pub(super) const JOINED: &str = "joined";

/// What the tasks are called.
pub(super) const KIND: &str = "compute";
