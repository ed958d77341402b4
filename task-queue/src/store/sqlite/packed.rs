//! The part of a task's record that changes, as short as can be: it is written with every change.
//!
//! Points in time are counted from the task's submission, and of each worker the name is written once.
//! Of what is usual, nothing is written.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{
    Attempt, EndReason, EndedAttempt, Entry, Epoch, Failure, Happening, Phase, Progress, Submitter,
    Task, TaskState, Timestamp, WorkerId,
};

/// The part of a task's record that changes, and is small.
#[derive(Serialize, Deserialize)]
pub(super) struct Packed<'a> {
    #[serde(rename = "at")]
    submitted_at: Timestamp,
    #[serde(rename = "of", default, skip_serializing_if = "is_default")]
    submitter: Cow<'a, Submitter>,
    #[serde(rename = "is")]
    state: State<'a>,
    #[serde(rename = "p", default, skip_serializing_if = "is_default")]
    progress: Progress,
    /// Those that are in no page.
    #[serde(rename = "ev", default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<(u64, Span, What<'a>)>,
    #[serde(rename = "b")]
    bytes: usize,
    #[serde(rename = "err", default, skip_serializing_if = "Option::is_none")]
    last_failure: Option<Cow<'a, Failure>>,
    #[serde(rename = "f", default, skip_serializing_if = "is_default")]
    failures: u32,
    #[serde(rename = "lost", default, skip_serializing_if = "Vec::is_empty")]
    losses: Vec<Span>,
    #[serde(rename = "n", default, skip_serializing_if = "is_default")]
    epoch: Epoch,
    #[serde(rename = "h", default, skip_serializing_if = "Vec::is_empty")]
    history: Vec<(Held, Span, EndReason)>,
    /// Those that the rest names by their places.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    workers: Vec<WorkerId>,
}

/// What is unpacked again; the rest of the record is elsewhere.
pub(super) struct Unpacked {
    pub(super) submitted_at: Timestamp,
    pub(super) submitter: Submitter,
    pub(super) state: TaskState,
    pub(super) progress: Progress,
    /// Those that are in no page.
    pub(super) events: Vec<Entry>,
    pub(super) bytes: usize,
    pub(super) last_failure: Option<Failure>,
    pub(super) failures: u32,
    pub(super) losses: Vec<Timestamp>,
    pub(super) epoch: Epoch,
    pub(super) history: Vec<EndedAttempt>,
}

/// Milliseconds since the submission. A clock that was set back makes it less than nothing.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct Span(i64);

/// The place of a worker among those that are named.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
struct Place(usize);

/// An attempt: its epoch and worker, when it began, when it is to end, and whether it is to stop.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Held(Epoch, Place, Span, Option<Span>, bool);

/// Where a task stands.
#[derive(Serialize, Deserialize)]
enum State<'a> {
    #[serde(rename = "p")]
    Pending,
    #[serde(rename = "s")]
    Scheduled(Span),
    #[serde(rename = "r")]
    Running(Held),
    #[serde(rename = "t")]
    Retrying(Span),
    #[serde(rename = "c")]
    Completed(Cow<'a, Value>, Span),
    #[serde(rename = "f")]
    Failed(Cow<'a, Failure>, Span),
    #[serde(rename = "x")]
    Cancelled(Span),
}

/// What has happened.
#[derive(Serialize, Deserialize)]
enum What<'a> {
    #[serde(rename = "b")]
    Started(Epoch, Place, Progress),
    #[serde(rename = "e")]
    Ended(Epoch, Place, EndReason),
    #[serde(rename = "o")]
    Other(Cow<'a, Happening>),
}

/// A worker that is named by a place at which there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoSuchPlace;

impl<'a> Packed<'a> {
    /// Packs what changes of a task.
    pub(super) fn of(task: &'a Task) -> Self {
        let mut names = Names {
            since: task.submitted_at,
            workers: Vec::new(),
        };
        let in_page = |entry: &&Entry| entry.seq <= task.events.paged();
        let events = task.events.entries().skip_while(in_page);
        Self {
            submitted_at: task.submitted_at,
            submitter: Cow::Borrowed(&task.submitter),
            state: names.state(&task.state),
            progress: task.progress,
            events: events
                .map(|entry| (entry.seq, names.span(entry.at), names.what(&entry.what)))
                .collect(),
            bytes: task.bytes,
            last_failure: task.last_failure.as_deref().map(Cow::Borrowed),
            failures: task.failures,
            losses: task.losses.iter().map(|at| names.span(*at)).collect(),
            epoch: task.epoch,
            history: task
                .history
                .iter()
                .map(|ended| names.ended(ended))
                .collect(),
            workers: names.workers,
        }
    }

    /// Unpacks it again.
    pub(super) fn unpack(self) -> Result<Unpacked, NoSuchPlace> {
        let names = Names {
            since: self.submitted_at,
            workers: self.workers,
        };
        let event = |(seq, at, what)| names.entry(seq, at, what);
        let ended = |(held, ended_at, why)| {
            Ok(EndedAttempt {
                attempt: names.attempt(held)?,
                ended_at: names.time(ended_at),
                why,
            })
        };
        Ok(Unpacked {
            submitted_at: self.submitted_at,
            submitter: self.submitter.into_owned(),
            state: names.task_state(self.state)?,
            progress: self.progress,
            events: self
                .events
                .into_iter()
                .map(event)
                .collect::<Result<_, _>>()?,
            bytes: self.bytes,
            last_failure: self.last_failure.map(Cow::into_owned),
            failures: self.failures,
            losses: self.losses.into_iter().map(|at| names.time(at)).collect(),
            epoch: self.epoch,
            history: self
                .history
                .into_iter()
                .map(ended)
                .collect::<Result<_, _>>()?,
        })
    }
}

/// What the names within a record stand for.
struct Names {
    since: Timestamp,
    workers: Vec<WorkerId>,
}

impl Names {
    fn span(&self, at: Timestamp) -> Span {
        let (at, since) = (at.as_millis(), self.since.as_millis());
        Span(at.wrapping_sub(since).cast_signed())
    }

    fn time(&self, at: Span) -> Timestamp {
        let since = self.since.as_millis();
        Timestamp::from_millis(since.wrapping_add(at.0.cast_unsigned()))
    }

    fn place(&mut self, worker: WorkerId) -> Place {
        let known = self.workers.iter().position(|known| *known == worker);
        Place(known.unwrap_or_else(|| {
            self.workers.push(worker);
            self.workers.len().saturating_sub(1)
        }))
    }

    fn worker(&self, place: Place) -> Result<WorkerId, NoSuchPlace> {
        self.workers.get(place.0).copied().ok_or(NoSuchPlace)
    }

    fn held(&mut self, attempt: &Attempt) -> Held {
        Held(
            attempt.epoch,
            self.place(attempt.worker),
            self.span(attempt.started_at),
            attempt.deadline.map(|at| self.span(at)),
            attempt.phase == Phase::Stopping,
        )
    }

    fn attempt(
        &self,
        Held(epoch, worker, at, deadline, stops): Held,
    ) -> Result<Attempt, NoSuchPlace> {
        Ok(Attempt {
            epoch,
            worker: self.worker(worker)?,
            started_at: self.time(at),
            deadline: deadline.map(|at| self.time(at)),
            phase: if stops {
                Phase::Stopping
            } else {
                Phase::Working
            },
        })
    }

    fn ended(&mut self, ended: &EndedAttempt) -> (Held, Span, EndReason) {
        let held = self.held(&ended.attempt);
        (held, self.span(ended.ended_at), ended.why)
    }

    fn state<'a>(&mut self, state: &'a TaskState) -> State<'a> {
        match state {
            TaskState::Pending => State::Pending,
            TaskState::Scheduled(at) => State::Scheduled(self.span(*at)),
            TaskState::Running(attempt) => State::Running(self.held(attempt)),
            TaskState::Retrying(at) => State::Retrying(self.span(*at)),
            TaskState::Completed { result, at } => {
                State::Completed(Cow::Borrowed(result), self.span(*at))
            }
            TaskState::Failed { failure, at } => {
                State::Failed(Cow::Borrowed(failure), self.span(*at))
            }
            TaskState::Cancelled(at) => State::Cancelled(self.span(*at)),
        }
    }

    fn task_state(&self, state: State<'_>) -> Result<TaskState, NoSuchPlace> {
        Ok(match state {
            State::Pending => TaskState::Pending,
            State::Scheduled(at) => TaskState::Scheduled(self.time(at)),
            State::Running(held) => TaskState::Running(self.attempt(held)?),
            State::Retrying(at) => TaskState::Retrying(self.time(at)),
            State::Completed(result, at) => TaskState::Completed {
                result: result.into_owned().into(),
                at: self.time(at),
            },
            State::Failed(failure, at) => TaskState::Failed {
                failure: Box::new(failure.into_owned()),
                at: self.time(at),
            },
            State::Cancelled(at) => TaskState::Cancelled(self.time(at)),
        })
    }

    fn what<'a>(&mut self, what: &'a Happening) -> What<'a> {
        match what {
            Happening::Started(epoch, worker, progress) => {
                What::Started(*epoch, self.place(*worker), *progress)
            }
            Happening::Ended(epoch, worker, why) => What::Ended(*epoch, self.place(*worker), *why),
            other => What::Other(Cow::Borrowed(other)),
        }
    }

    fn entry(&self, seq: u64, at: Span, what: What<'_>) -> Result<Entry, NoSuchPlace> {
        let what = match what {
            What::Started(epoch, worker, progress) => {
                Happening::Started(epoch, self.worker(worker)?, progress)
            }
            What::Ended(epoch, worker, why) => Happening::Ended(epoch, self.worker(worker)?, why),
            What::Other(other) => other.into_owned(),
        };
        let at = self.time(at);
        Ok(Entry { seq, at, what })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
