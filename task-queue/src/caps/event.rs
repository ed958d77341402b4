//! What happens to a task, as it is told to those who watch it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{EndReason, TaskStatus, Timestamp, WorkerId};

/// One event in the life of a task.
///
/// On the wire it is one object: `{seq, at, type, …}`, with what belongs to its type beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its number among the events of its task, which begin with 1. A number stands for the same event
    /// for ever, across restarts of the queue as well.
    pub seq: u64,
    /// When it happened, in milliseconds since the Unix epoch.
    pub at: Timestamp,
    /// What has happened.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What has happened to a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// It was accepted: the first event of every task.
    Submitted,
    /// It is in another state, which is no end, and waits.
    Status {
        /// In which state.
        status: TaskStatus,
        /// Until when at the earliest, if that is known, in milliseconds since the Unix epoch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why, if it is because an attempt has failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// An attempt has begun.
    Started {
        /// Its number; the first is 1.
        attempt: u64,
        /// Who works on it.
        worker: WorkerId,
        /// How far the task has come already: where there is a checkpoint, an attempt goes on from it.
        progress: f64,
    },
    /// An attempt is over.
    Ended {
        /// Its number.
        attempt: u64,
        /// Who worked on it.
        worker: WorkerId,
        /// What ended it.
        why: EndReason,
    },
    /// It has come further. Of reports that come faster than they are stored, the last is told.
    Progress {
        /// How far, from 0 to 1.
        progress: f64,
    },
    /// It has said something.
    Log {
        /// What.
        text: String,
    },
    /// It has delivered a part of its result.
    Partial {
        /// Its place among all parts; the first is 0.
        index: u64,
        /// The part.
        value: Value,
    },
    /// It has saved where the next attempt can take up the work.
    Checkpoint,
    /// It is done.
    Completed {
        /// What came out.
        result: Value,
    },
    /// It has failed for good.
    Failed {
        /// Why.
        error: String,
    },
    /// It was cancelled.
    Cancelled,
    /// Events before this one are forgotten, since there were too many: the last of them had this
    /// number.
    Gap {
        /// How many.
        events: u64,
    },
}

impl EventKind {
    /// Returns whether the task has come to an end by it; from some ends it can be taken up again.
    pub const fn is_end(&self) -> bool {
        matches!(
            self,
            Self::Completed { .. } | Self::Failed { .. } | Self::Cancelled
        )
    }
}
