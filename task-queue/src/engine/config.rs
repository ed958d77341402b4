//! What the scheduler is set to.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::model::{Bounds, FailureClass, RetryPolicies, TaskState, TaskType, Timestamp};

/// What the scheduler is set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Who brings tasks and workers together.
    pub dispatch: DispatchMode,
    /// How much the queue holds.
    pub limits: Limits,
    /// How long it remembers.
    pub retention: Retention,
    /// The retry policies that tasks can ask for by name.
    pub retries: RetryPolicies,
    /// How long attempts may take, and workers be silent.
    pub times: Times,
    /// The types of tasks that are accepted although no worker has offered them yet, beside those
    /// that are built in.
    pub types: BTreeSet<TaskType>,
}

/// Who brings tasks and workers together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DispatchMode {
    /// Tasks stay pending until a worker is told to execute them.
    #[default]
    Manual,
    /// A pending task goes to a fitting idle worker by itself.
    Auto,
}

/// How much the queue holds, at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Tasks, finished ones that were not yet reaped included.
    pub tasks: usize,
    /// Workers, revoked ones that were not yet reaped included.
    pub workers: usize,
    /// Different needs of unfinished tasks: types, tags and pools. Beyond that a task with another
    /// is refused. Default 10,000.
    pub needs: usize,
    /// Different offers of workers: types, tags, pools and slots. Beyond that a worker with another
    /// is refused. Default 256.
    pub offers: usize,
    /// Tasks that one worker may offer to carry out at a time.
    pub slots: u32,
    /// Types of tasks, and tags, that one worker may offer, of each.
    pub offered: usize,
    /// Unfinished tasks that come after one and the same. Default 10,000.
    pub dependants: usize,
    /// Pools of which something is set or remembered. Default 1,000.
    pub pools: usize,
    /// Types that the workers of one pool have ever offered. Beyond that a worker with more is
    /// refused. Default 1,000.
    pub types: usize,
    /// Schedules. Default 1,000.
    pub schedules: usize,
    /// Bytes of one value that a user hands in: parameters, a result, a checkpoint.
    pub value_bytes: usize,
    /// Bytes of all values of one task together.
    pub task_bytes: usize,
    /// Bytes of the values of all tasks together; results are taken also beyond that.
    pub total_bytes: usize,
    /// Events kept of a task, those of partial results not counted: the latest. Where there would be
    /// more, a quarter is forgotten, progress first. Default 1,000.
    pub events: usize,
    /// Bytes of text kept in the events of a task, which are its log lines above all: the latest.
    /// Default 256 KiB.
    pub event_bytes: usize,
    /// Bytes kept of a log line or of a failure's message: the first.
    pub text_bytes: usize,
    /// Partial results of a task.
    pub partial_results: usize,
    /// Ended attempts kept of a task: the latest.
    pub history: usize,
}

/// How long attempts may take, and workers be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How long an attempt may take, unless its task says otherwise. Default: 15 minutes.
    pub attempt: Duration,
    /// How long a worker that has joined may take to end an attempt that it was asked to end, before
    /// everything is taken from it. Default: 10 seconds.
    pub stopping: Duration,
    /// How long a worker that has joined keeps its tasks without being heard of. Default: 30 seconds.
    pub lease: Duration,
    /// How long a worker whose connection was lost keeps its tasks, so that it can come back.
    /// Default: 8 seconds.
    pub grace: Duration,
}

/// How long tasks are remembered that have come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Completed ones. Default: 24 hours.
    pub completed: Duration,
    /// Cancelled ones. Default: 24 hours.
    pub cancelled: Duration,
    /// For how long after its submission a task's idempotency key counts, and with it the task is
    /// remembered at least. Default: 24 hours.
    pub idempotency_keys: Duration,
    /// Failed ones, so that somebody can look into them, and retry them; parked ones are kept until
    /// that happens. Default: 7 days.
    pub failed: Duration,
}

impl Limits {
    /// Returns how much is kept of a task's events, where there is room for so many bytes of them.
    pub(super) fn of_events(&self, room: usize) -> Bounds {
        Bounds {
            events: self.events,
            bytes: self.event_bytes.min(room),
        }
    }
}

impl Retention {
    /// Returns when a task is forgotten; `None` for one that has not come to its end.
    pub fn end_of(&self, state: &TaskState) -> Option<Timestamp> {
        match state {
            TaskState::Completed { at, .. } => Some(at.saturating_add(self.completed)),
            TaskState::Cancelled(at) => Some(at.saturating_add(self.cancelled)),
            TaskState::Failed { failure, .. } if failure.class == FailureClass::Parked => None,
            TaskState::Failed { at, .. } => Some(at.saturating_add(self.failed)),
            _ => None,
        }
    }
}

impl Default for Times {
    fn default() -> Self {
        Self {
            attempt: Duration::from_mins(15),
            stopping: Duration::from_secs(10),
            lease: Duration::from_secs(30),
            grace: Duration::from_secs(8),
        }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            completed: DAY,
            cancelled: DAY,
            idempotency_keys: DAY,
            failed: DAY.saturating_mul(7),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tasks: 1_000_000,
            workers: 10_000,
            needs: 10_000,
            offers: 256,
            slots: 1_000,
            offered: 64,
            dependants: 10_000,
            pools: 1_000,
            types: 1_000,
            schedules: 1_000,
            value_bytes: 1 << 20,
            task_bytes: 16 << 20,
            total_bytes: 1 << 30,
            events: 1_000,
            event_bytes: 256 << 10,
            text_bytes: 4_096,
            partial_results: 1_000,
            history: 20,
        }
    }
}

const DAY: Duration = Duration::from_hours(24);
