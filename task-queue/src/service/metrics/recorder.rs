//! Counting what happens, when it happens.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::capped::Capped;
use super::histogram::Histogram;
use crate::engine::{Assignment, Effect, Notice, State};
use crate::model::{EndReason, IdMap, PoolName, TaskId, TaskStatus, TaskType, Timestamp, WorkerId};
use crate::store::StoreError;

/// What has happened in a queue since its process has begun, in numbers.
#[derive(Debug, Default)]
pub(in crate::service) struct Metrics {
    recorded: Mutex<Recorded>,
    /// The files of the store.
    pub(super) files: Vec<PathBuf>,
}

/// The numbers.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// By the type of the task.
    pub(super) tasks: Capped<TaskType, Outcomes>,
    /// By the pool of the worker and the type of the task.
    pub(super) attempts: Capped<Line, Attempts>,
    /// How many workers have gone that had joined, by why.
    pub(super) workers_gone: BTreeMap<&'static str, u64>,
    pub(super) commits: Commits,
    /// Tasks with at least that place were not there yet.
    next_order: u64,
    under_way: IdMap<TaskId, Begun>,
}

/// In which pool something of which type is done.
pub(super) type Line = (PoolName, TaskType);

/// What has become of tasks.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) submitted: u64,
    pub(super) completed: u64,
    pub(super) failed: u64,
    pub(super) cancelled: u64,
    pub(super) retries: u64,
}

/// What has become of attempts.
#[derive(Debug)]
pub(super) struct Attempts {
    pub(super) started: u64,
    /// By what ended them.
    pub(super) ended: BTreeMap<&'static str, u64>,
    /// How long tasks could have begun when their first attempt did.
    pub(super) waited: Histogram,
    /// How long the attempts took.
    pub(super) ran: Histogram,
}

/// How the store does.
#[derive(Debug)]
pub(super) struct Commits {
    pub(super) took: Histogram,
    pub(super) changes: u64,
    pub(super) failed: BTreeMap<&'static str, u64>,
    /// When the last one succeeded, if none has failed since.
    pub(super) good_since: Option<Instant>,
}

/// An attempt that is under way.
#[derive(Debug)]
struct Begun {
    line: Line,
    at: Timestamp,
}

impl Metrics {
    /// Creates the numbers of a queue whose tasks so far have lesser places than `next_order`, and
    /// whose store is in these files.
    pub(in crate::service) fn new(next_order: u64, files: Vec<PathBuf>) -> Self {
        let recorded = Recorded {
            next_order,
            ..Recorded::default()
        };
        Self {
            recorded: Mutex::new(recorded),
            files,
        }
    }

    /// Counts what is about to happen, which is stored.
    pub(in crate::service) fn observe(&self, state: &State, effects: &[Effect], now: Timestamp) {
        if effects.is_empty() {
            return;
        }
        let mut recorded = self.recorded();
        for effect in effects {
            recorded.count(state, effect, now);
        }
    }

    /// Counts a commit of so many changes, or one that has failed.
    pub(in crate::service) fn committed(
        &self,
        took: Duration,
        outcome: Result<usize, &StoreError>,
    ) {
        self.recorded().commits.count(took, outcome);
    }

    pub(super) fn recorded(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorded {
    fn count(&mut self, state: &State, effect: &Effect, now: Timestamp) {
        match effect {
            Effect::StartAttempt(assignment) => self.begin(state, assignment, now),
            Effect::EndAttempt {
                task, worker, why, ..
            } => self.end(state, (*task, *worker), *why, now),
            Effect::Notify { task, notice } => self.notice(state, *task, notice),
            Effect::EndMembership { why, .. } => bump(&mut self.workers_gone, word(*why)),
            Effect::StopAttempt { .. } | Effect::WakeAt(_) => {}
        }
    }

    fn begin(&mut self, state: &State, assignment: &Assignment, now: Timestamp) {
        let line = (assignment.offer.pool.clone(), assignment.spec.kind.clone());
        let attempts = self.attempts.of(&line);
        attempts.started = attempts.started.saturating_add(1);
        if let Some(task) = state.task(assignment.task)
            && assignment.epoch.number() == 1
        {
            let ready_at = task
                .submitted_at
                .max(task.spec.not_before.unwrap_or_default());
            attempts.waited.add(now.saturating_since(ready_at));
        }
        self.under_way
            .insert(assignment.task, Begun { line, at: now });
    }

    fn end(
        &mut self,
        state: &State,
        (task, worker): (TaskId, WorkerId),
        why: EndReason,
        now: Timestamp,
    ) {
        // One that has begun under an earlier process is known by its records.
        let begun = self
            .under_way
            .remove(&task)
            .or_else(|| before(state, task, worker));
        let Some(begun) = begun else {
            return;
        };
        let attempts = self.attempts.of(&begun.line);
        bump(&mut attempts.ended, word(why));
        attempts.ran.add(now.saturating_since(begun.at));
    }

    fn notice(&mut self, state: &State, id: TaskId, notice: &Notice) {
        let Some(task) = state.task(id) else {
            return;
        };
        let outcomes = self.tasks.of(&task.spec.kind);
        if task.order >= self.next_order {
            self.next_order = task.order.saturating_add(1);
            outcomes.submitted = outcomes.submitted.saturating_add(1);
        }
        let count = match notice {
            Notice::Completed(_) => &mut outcomes.completed,
            Notice::Failed(_) => &mut outcomes.failed,
            Notice::Cancelled => &mut outcomes.cancelled,
            Notice::Status(TaskStatus::Retrying) => &mut outcomes.retries,
            Notice::Status(_) | Notice::Progress { .. } | Notice::Log(_) | Notice::Partial(_) => {
                return;
            }
        };
        *count = count.saturating_add(1);
    }
}

impl Commits {
    fn count(&mut self, took: Duration, outcome: Result<usize, &StoreError>) {
        self.took.add(took);
        match outcome {
            Ok(changes) => {
                let changes = u64::try_from(changes).unwrap_or(u64::MAX);
                self.changes = self.changes.saturating_add(changes);
                if !self.failed.is_empty() && self.good_since.is_none() {
                    tracing::info!("the store can be written to again");
                }
                self.good_since = Some(Instant::now());
            }
            Err(error) => {
                if self.good_since.take().is_some() || self.failed.is_empty() {
                    tracing::error!(%error, "the store cannot be written to");
                }
                bump(&mut self.failed, kind(error));
            }
        }
    }
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            started: 0,
            ended: BTreeMap::new(),
            waited: Histogram::new(&LONG),
            ran: Histogram::new(&LONG),
        }
    }
}

impl Default for Commits {
    fn default() -> Self {
        Self {
            took: Histogram::new(&SHORT),
            changes: 0,
            failed: BTreeMap::new(),
            good_since: None,
        }
    }
}

/// Returns what the records tell of the attempt that has ended last.
fn before(state: &State, task: TaskId, worker: WorkerId) -> Option<Begun> {
    let record = state.task(task)?;
    let pool = state.worker(worker).map(|worker| worker.offer.pool.clone());
    let pool = pool.or_else(|| record.spec.pool.clone())?;
    let at = record.history.back()?.attempt.started_at;
    let line = (pool, record.spec.kind.clone());
    Some(Begun { line, at })
}

fn bump(counts: &mut BTreeMap<&'static str, u64>, of: &'static str) {
    let count = counts.entry(of).or_default();
    *count = count.saturating_add(1);
}

pub(in crate::service) const fn word(why: EndReason) -> &'static str {
    match why {
        EndReason::Completed => "completed",
        EndReason::Failed => "failed",
        EndReason::TimedOut => "timed_out",
        EndReason::Cancelled => "cancelled",
        EndReason::WorkerLost => "worker_lost",
        EndReason::LeaseExpired => "lease_expired",
        EndReason::ServerLost => "server_lost",
        EndReason::WorkerLeft => "worker_left",
        EndReason::WorkerRevoked => "worker_revoked",
        EndReason::Superseded => "superseded",
    }
}

const fn kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::Full => "full",
        StoreError::Conflict { .. } => "conflict",
        StoreError::Closed => "closed",
        StoreError::Io(_) => "io",
        _ => "database",
    }
}

/// The bounds for what the disk does.
const SHORT: [Duration; 14] = [
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
];

/// The bounds for what tasks do; the clock that they go by has milliseconds.
const LONG: [Duration; 15] = [
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(15),
    Duration::from_hours(1),
];
