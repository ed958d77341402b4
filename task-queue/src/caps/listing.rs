//! Tasks in pages.

use serde::{Deserialize, Serialize};

use super::queue::TaskSummary;
use crate::model::TaskStatus;

/// Which tasks are listed; what is left out does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskFilter {
    /// Those that stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    /// Those of that type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// One page of the list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskPage {
    /// The tasks, in the order they were submitted. A page can have fewer than were asked for, even
    /// none, with others after it.
    pub tasks: Vec<TaskSummary>,
    /// What the next page comes after; `null` if there is none.
    pub next: Option<u64>,
}
