//! Giving up many tasks.

use crate::engine::commands::Cancel;
use crate::engine::turn::Turn;
use crate::model::TaskId;

/// Give up those of these tasks that have not come to their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelMany {
    /// The tasks.
    pub tasks: Vec<TaskId>,
}

impl CancelMany {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        for task in self.tasks {
            // What has come to its end, or was forgotten, is cancelled enough.
            drop(Cancel { task }.apply(turn));
        }
    }
}
