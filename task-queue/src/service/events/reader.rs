//! A task's events as a stream: read from its record, at the pace of whoever reads.
//!
//! A watcher has no queue of its own. It reads the record from its number on, a few events at a time,
//! whenever its reader has room, and waits to be woken when it has seen all that is stored. So one
//! that does not read costs nobody anything, and is told of a gap if too much is forgotten meanwhile.

use std::collections::VecDeque;
use std::sync::Arc;

use capnweb_runtime::{Error, ReadableStream};
use futures_util::TryStreamExt as _;
use futures_util::stream::try_unfold;
use serde_json::Value;

use super::watchers::Watch;
use crate::caps::{Event, EventKind};
use crate::model::{Entry, Happening, Task, TaskId};
use crate::service::hub::Hub;
use crate::service::refusal::Refusal;

/// Returns a task's events from a number on, which end when the task has come to its end.
pub(in crate::service) async fn events(
    hub: &Arc<Hub>,
    task: TaskId,
    from: u64,
) -> Result<ReadableStream<Event>, Refusal> {
    let mut reader = Reader {
        watch: hub.watchers.watch(task)?,
        hub: Arc::clone(hub),
        task,
        next: from.max(1),
        read: VecDeque::new(),
        is_over: false,
    };
    // A task that is not there is told of at once, not by its stream.
    reader.read().await?;
    let events = try_unfold(reader, Reader::step);
    Ok(ReadableStream::new(events.map_err(Error::from)))
}

/// Reads the events of one task.
struct Reader {
    hub: Arc<Hub>,
    task: TaskId,
    watch: Watch,
    /// The number of the next event.
    next: u64,
    /// Those that were read and not handed out yet.
    read: VecDeque<Told>,
    /// Nothing comes after those that were read.
    is_over: bool,
}

/// An event with the value that belongs to it, which is the record's.
#[derive(Debug)]
struct Told {
    entry: Entry,
    value: Option<Arc<Value>>,
}

impl Reader {
    async fn step(mut self) -> Result<Option<(Event, Self)>, Refusal> {
        loop {
            if let Some(event) = self.take() {
                return Ok(Some((event, self)));
            }
            if self.is_over {
                return Ok(None);
            }
            // What is stored from here on wakes it, also if that is before it waits.
            self.watch.look();
            self.read().await?;
            if self.read.is_empty() && !self.is_over {
                self.watch.changed().await?;
            }
        }
    }

    /// Reads a few of the events that are stored.
    async fn read(&mut self) -> Result<(), Refusal> {
        let next = self.next;
        let look = move |task: &Task| {
            let read: VecDeque<_> = told_from(task, next).take(AT_ONCE).collect();
            let seen = read
                .back()
                .map_or(next, |told| told.entry.seq.saturating_add(1));
            (read, task.status().is_final() && seen > task.events.last())
        };
        (self.read, self.is_over) = self.hub.owner.read_task(self.task, look).await?;
        Ok(())
    }

    /// Returns the next event of those that were read, or that some are missing.
    fn take(&mut self) -> Option<Event> {
        let told = self.read.pop_front()?;
        let missing = told.entry.seq.saturating_sub(self.next);
        if missing == 0 {
            self.next = self.next.saturating_add(1);
            return Some(told.into_event());
        }
        self.next = told.entry.seq;
        let gap = Event {
            seq: told.entry.seq.saturating_sub(1),
            at: told.entry.at,
            what: EventKind::Gap { events: missing },
        };
        self.read.push_front(told);
        Some(gap)
    }
}

impl Told {
    fn into_event(self) -> Event {
        let Entry { seq, at, what } = self.entry;
        let value = self.value.map(|value| Value::clone(&value));
        let what = told(what, value.unwrap_or_default());
        Event { seq, at, what }
    }
}

fn told_from(task: &Task, from: u64) -> impl Iterator<Item = Told> {
    task.stored_events(from).map(|entry| Told {
        value: match entry.what {
            Happening::Partial(index) => task.partial_results.get(index).cloned(),
            Happening::Completed => task.result().cloned(),
            _ => None,
        },
        entry,
    })
}

fn told(what: Happening, value: Value) -> EventKind {
    match what {
        Happening::Submitted => EventKind::Submitted,
        Happening::Status {
            status,
            until,
            error,
        } => EventKind::Status {
            status,
            until,
            error: error.as_deref().map(str::to_owned),
        },
        Happening::Started(epoch, worker, progress) => EventKind::Started {
            attempt: epoch.number(),
            worker,
            progress: progress.fraction(),
        },
        Happening::Ended(epoch, worker, why) => EventKind::Ended {
            attempt: epoch.number(),
            worker,
            why,
        },
        Happening::Progress(progress) => EventKind::Progress {
            progress: progress.fraction(),
        },
        Happening::Log(text) => EventKind::Log {
            text: text.as_ref().to_owned(),
        },
        Happening::Partial(index) => EventKind::Partial {
            index: u64::try_from(index).unwrap_or(u64::MAX),
            value,
        },
        Happening::Checkpoint => EventKind::Checkpoint,
        Happening::Completed => EventKind::Completed { result: value },
        Happening::Failed(error) => EventKind::Failed {
            error: error.as_ref().to_owned(),
        },
        Happening::Cancelled => EventKind::Cancelled,
    }
}

/// How many events are read at once, so that a turn of the queue's owner is short.
const AT_ONCE: usize = 64;
