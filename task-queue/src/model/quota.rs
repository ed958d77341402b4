//! How much of the queue one account may take up.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much of the queue the tasks of an account, and of those below it, may take up; without a number,
/// as much as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    /// How many tasks may be in the queue that have not come to their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submissions: Option<u64>,
    /// How many bytes may be kept of its tasks, those that have come to their end included until they
    /// are forgotten. Each weighs [`TASK_OVERHEAD`](Self::TASK_OVERHEAD) besides its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many of its tasks may run at the same time; further ones wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<u64>,
    /// How many tasks may be submitted within a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
}

/// What a quota is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quota {
    /// Tasks in the queue.
    Submissions,
    /// Bytes that are kept.
    Bytes,
    /// Tasks that run.
    Running,
    /// Tasks that are submitted within a second.
    PerSecond,
}

impl Quotas {
    /// As much as there is.
    pub const NONE: Self = Self {
        submissions: None,
        bytes: None,
        running: None,
        per_second: None,
    };

    /// What a client may take up unless something else is said: 100,000 tasks in the queue, and 256 MiB.
    pub const USUAL: Self = Self {
        submissions: Some(100_000),
        bytes: Some(256 << 20),
        ..Self::NONE
    };

    /// What every task weighs besides its values, in bytes: so that a heap of small ones is not free.
    pub const TASK_OVERHEAD: u64 = 512;

    /// Returns what both of the two allow.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            submissions: least(self.submissions, other.submissions),
            bytes: least(self.bytes, other.bytes),
            running: least(self.running, other.running),
            per_second: least(self.per_second, other.per_second),
        }
    }

    /// Returns these quotas, and where they say nothing, the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            submissions: self.submissions.or(others.submissions),
            bytes: self.bytes.or(others.bytes),
            running: self.running.or(others.running),
            per_second: self.per_second.or(others.per_second),
        }
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Submissions => "tasks in the queue",
            Self::Bytes => "bytes of tasks",
            Self::Running => "running tasks",
            Self::PerSecond => "submissions a second",
        })
    }
}

fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
