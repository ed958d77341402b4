//! `worker`: a process that carries out tasks of a queue which is served elsewhere.

use std::env;
use std::future::pending;
use std::io::{self, Write};

use tokio::sync::{mpsc, oneshot};

use crate::cli::args::WorkerOptions;
use crate::cli::client::secret;
use crate::cli::error::RunError;
use crate::cli::signals::StopSignals;
use crate::model::PoolName;
use crate::worker::{Departure, Engagement, Notice, Outcome, Worker};

/// Carries out tasks until a signal says to stop, then brings to an end what it has; a second signal
/// has it leave at once.
pub(super) async fn worker(
    options: WorkerOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let (tell, mut told) = mpsc::channel(UNTOLD);
    let ((stop, stopped), (hurry, hurried)) = (oneshot::channel(), oneshot::channel());
    let mut asks = vec![hurry, stop];
    let engagement = engagement(&options)?
        // Who does not read misses something, and keeps nobody from working.
        .on_notice(move |notice| drop(tell.try_send(notice.clone())))
        .hurry(asked(hurried));
    let mut working = Box::pin(engagement.run(asked(stopped)));
    let mut say = |notice: &Notice| say(&options, notice, out).map_err(RunError::Output);
    let end = loop {
        tokio::select! {
            biased;
            end = &mut working => break end,
            Some(notice) = told.recv() => say(&notice)?,
            signal = signals.next() => {
                signal.map_err(RunError::Signals)?;
                if let Some(ask) = asks.pop() {
                    ask.send(()).ok();
                }
            }
        }
    };
    while let Ok(notice) = told.try_recv() {
        say(&notice)?;
    }
    match end? {
        Departure::Left { given_back } => left(&options, given_back, out).map_err(RunError::Output),
        Departure::Revoked => Err(RunError::WorkerRevoked),
    }
}

fn engagement(options: &WorkerOptions) -> Result<Engagement, RunError> {
    let mut worker = Worker::new()
        .pool(&options.pool)
        .concurrency(options.concurrency);
    if options.pool == PoolName::GPU.as_str() && !options.tags.iter().any(|tag| tag == GPU) {
        worker = worker.tag(GPU);
    }
    for tag in &options.tags {
        worker = worker.tag(tag);
    }
    if let Some(name) = &options.name {
        worker = worker.name(name);
    }
    worker = if options.types.is_empty() {
        worker.built_in()
    } else {
        let mut types = options.types.clone();
        types.sort();
        types.dedup();
        types
            .iter()
            .fold(worker, |worker, kind| worker.built_in_type(kind))
    };
    let engagement = worker.connect(&options.url);
    if options.open {
        return Ok(engagement);
    }
    let secret = match env::var(SECRET) {
        Ok(secret) => secret,
        Err(_) => secret(&options.secrets)?,
    };
    Ok(engagement.secret(secret))
}

/// Waits until somebody asks, which they may never do.
async fn asked(asked: oneshot::Receiver<()>) {
    if asked.await.is_err() {
        pending::<()>().await;
    }
}

fn say(options: &WorkerOptions, notice: &Notice, out: &mut (dyn Write + Send)) -> io::Result<()> {
    if options.json {
        writeln!(out, "{}", serde_json::to_string(notice)?)?;
    } else {
        describe(options, notice, out)?;
    }
    out.flush()
}

fn describe(options: &WorkerOptions, notice: &Notice, out: &mut dyn Write) -> io::Result<()> {
    match notice {
        Notice::Joined { worker } => writeln!(
            out,
            "{worker} has joined {} (pool {}, {} at a time)",
            options.url, options.pool, options.concurrency
        ),
        Notice::Resumed { worker, attempts } => {
            writeln!(out, "{worker} is back; {attempts} tasks go on")
        }
        Notice::Away => writeln!(out, "the connection was lost"),
        Notice::Unreachable { reason } => writeln!(out, "the queue cannot be reached: {reason}"),
        Notice::Lost { reason } => writeln!(out, "given up on by the queue: {reason}"),
        Notice::Started { task, kind, epoch } => {
            writeln!(out, "{task} has begun ({kind}, attempt {epoch})")
        }
        Notice::Ended { task, outcome, .. } => match outcome {
            Outcome::Completed => writeln!(out, "{task} is completed"),
            Outcome::Failed { error, .. } => writeln!(out, "{task} has failed: {error}"),
            Outcome::Stopped => writeln!(out, "{task} was stopped"),
        },
        Notice::Draining { attempts } => {
            writeln!(out, "about to leave; {attempts} tasks under way")
        }
    }
}

fn left(
    options: &WorkerOptions,
    given_back: usize,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    if options.json {
        writeln!(out, r#"{{"event":"left","givenBack":{given_back}}}"#)?;
    } else {
        writeln!(out, "left; {given_back} tasks were given back")?;
    }
    out.flush()
}

/// Where the secret can be instead of in a file.
const SECRET: &str = "TASK_QUEUE_SECRET";

const GPU: &str = "gpu";

/// How many notices may wait to be said.
const UNTOLD: usize = 1_024;
