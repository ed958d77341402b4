//! One event in the life of a task.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::{EndReason, Epoch, Progress, TaskStatus, Timestamp, WorkerId};

/// One event in the life of a task: what has happened, when, and as the how-manieth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    from = "(u64, Timestamp, Happening)",
    into = "(u64, Timestamp, Happening)"
)]
pub struct Entry {
    /// Its number among the events of its task; the first is 1.
    pub seq: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What has happened.
    pub what: Happening,
}

/// What has happened to a task.
///
/// Values are not in it: those of partial results and of the result are in the task's record, once.
/// Names are short since each is written with every event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Happening {
    /// It was accepted.
    #[serde(rename = "a")]
    Submitted,
    /// It is in another state, which is no end, and for the time being nobody works on it.
    #[serde(rename = "s")]
    Status {
        /// In which.
        #[serde(rename = "s")]
        status: TaskStatus,
        /// Until when at the earliest, if that is known.
        #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Why, if it is because something has failed.
        #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
        error: Option<Arc<str>>,
    },
    /// An attempt has begun, with so much done already.
    #[serde(rename = "b")]
    Started(Epoch, WorkerId, Progress),
    /// An attempt is over.
    #[serde(rename = "e")]
    Ended(Epoch, WorkerId, EndReason),
    /// It has come this far.
    #[serde(rename = "p")]
    Progress(Progress),
    /// It has said something.
    #[serde(rename = "l")]
    Log(Arc<str>),
    /// It has delivered a part of its result: the one at this place among all of them.
    #[serde(rename = "r")]
    Partial(usize),
    /// It has saved where the next attempt can take up the work.
    #[serde(rename = "k")]
    Checkpoint,
    /// It is done.
    #[serde(rename = "c")]
    Completed,
    /// It has failed for good, with this message.
    #[serde(rename = "f")]
    Failed(Arc<str>),
    /// It was cancelled.
    #[serde(rename = "x")]
    Cancelled,
}

impl Happening {
    /// Returns how many bytes of text are in it.
    pub(super) fn text_bytes(&self) -> usize {
        match self {
            Self::Log(text) | Self::Failed(text) => text.len(),
            Self::Status { error, .. } => error.as_deref().map_or(0, str::len),
            _ => 0,
        }
    }

    /// Returns whether the next one of its kind says all that this one does.
    pub(super) const fn is_progress(&self) -> bool {
        matches!(self, Self::Progress(_))
    }

    /// Returns whether it is about a value that is kept, and so is itself.
    pub(super) const fn is_partial(&self) -> bool {
        matches!(self, Self::Partial(_))
    }
}

impl From<(u64, Timestamp, Happening)> for Entry {
    fn from((seq, at, what): (u64, Timestamp, Happening)) -> Self {
        Self { seq, at, what }
    }
}

impl From<Entry> for (u64, Timestamp, Happening) {
    fn from(entry: Entry) -> Self {
        (entry.seq, entry.at, entry.what)
    }
}
