//! `worker`: a process that carries out tasks of a queue which is served elsewhere.

use std::collections::BTreeSet;
use std::future::pending;
use std::io::{self, Write};

use tokio::sync::{mpsc, oneshot};

use crate::cli::args::WorkerOptions;
use crate::cli::config::{BuiltIn, Text, WorkerSettings};
use crate::cli::enter::{OPEN, connector, environment, link};
use crate::cli::error::RunError;
use crate::cli::serve::print;
use crate::cli::signals::StopSignals;
use crate::model::PoolName;
use crate::worker::{Departure, Engagement, Notice, Outcome, Worker};

/// Carries out tasks until a signal says to stop, then brings to an end what it has; a second signal
/// has it leave at once.
pub(super) async fn worker(
    options: WorkerOptions,
    out: &mut (dyn Write + Send),
) -> Result<(), RunError> {
    let (is_asked, is_json) = (options.print_config, options.json);
    let settings = WorkerSettings::of(options, environment())?;
    if is_asked {
        return print(&settings.print()?, out).map_err(RunError::Output);
    }
    let mut signals = StopSignals::listen().map_err(RunError::Signals)?;
    let (tell, mut told) = mpsc::channel(UNTOLD);
    let ((stop, stopped), (hurry, hurried)) = (oneshot::channel(), oneshot::channel());
    let mut asks = vec![hurry, stop];
    let (engagement, url) = engagement(&settings)?;
    let engagement = engagement
        // Who does not read misses something, and keeps nobody from working.
        .on_notice(move |notice| drop(tell.try_send(notice.clone())))
        .hurry(asked(hurried));
    let mut working = Box::pin(engagement.run(asked(stopped)));
    let mut say =
        |notice: &Notice| say(&settings, is_json, &url, notice, out).map_err(RunError::Output);
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
        Departure::Left { given_back } => left(is_json, given_back, out).map_err(RunError::Output),
        Departure::Revoked => Err(RunError::WorkerRevoked),
    }
}

/// Says what the worker offers, and to which queue; returns also where that is.
fn engagement(settings: &WorkerSettings) -> Result<(Engagement, String), RunError> {
    let worker = offer(settings);
    let url = settings.url.as_ref().map(|Text(url)| url.as_str());
    let ca = settings.ca.as_deref();
    if settings.open {
        let url = url.unwrap_or(OPEN);
        return Ok((worker.connect_by(connector(ca, url)?), url.to_owned()));
    }
    let link = link(settings.access.as_deref())?;
    let url = url.unwrap_or(link.server().as_str());
    let engagement = worker.connect_by(connector(ca, url)?);
    let reference = link.reference().expose();
    Ok((engagement.secret(reference), url.to_owned()))
}

fn offer(settings: &WorkerSettings) -> Worker {
    let mut worker = Worker::new().concurrency(settings.concurrency());
    if let Some(pool) = &settings.pool {
        worker = worker.pool(pool.as_str());
        if *pool == PoolName::GPU && !settings.tags.iter().any(|tag| tag.as_str() == GPU) {
            worker = worker.tag(GPU);
        }
    }
    for tag in &settings.tags {
        worker = worker.tag(tag.as_str());
    }
    if let Some(name) = &settings.name {
        worker = worker.name(name);
    }
    if settings.types.is_empty() {
        return worker.built_in();
    }
    let types: BTreeSet<_> = settings
        .types
        .iter()
        .map(|Text(BuiltIn(kind))| kind)
        .collect();
    let types = types.into_iter();
    types.fold(worker, |worker, kind| worker.built_in_type(kind))
}

/// Waits until somebody asks, which they may never do.
async fn asked(asked: oneshot::Receiver<()>) {
    if asked.await.is_err() {
        pending::<()>().await;
    }
}

fn say(
    settings: &WorkerSettings,
    is_json: bool,
    url: &str,
    notice: &Notice,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    if is_json {
        writeln!(out, "{}", serde_json::to_string(notice)?)?;
    } else {
        describe(settings, url, notice, out)?;
    }
    out.flush()
}

fn describe(
    settings: &WorkerSettings,
    url: &str,
    notice: &Notice,
    out: &mut dyn Write,
) -> io::Result<()> {
    match notice {
        Notice::Joined { worker } => writeln!(
            out,
            "{worker} has joined {url} ({} tasks at a time)",
            settings.concurrency()
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

fn left(is_json: bool, given_back: usize, out: &mut (dyn Write + Send)) -> io::Result<()> {
    if is_json {
        writeln!(out, r#"{{"event":"left","givenBack":{given_back}}}"#)?;
    } else {
        writeln!(out, "left; {given_back} tasks were given back")?;
    }
    out.flush()
}

const GPU: &str = "gpu";

/// How many notices may wait to be said.
const UNTOLD: usize = 1_024;
