//! What an attempt reports on its way: progress, log lines, partial results, checkpoints.

use std::sync::Arc;

use serde_json::Value;

use crate::engine::accounts::Usage;
use crate::engine::command::Actor;
use crate::engine::effect::Notice;
use crate::engine::rejected::{Payload, Rejected};
use crate::engine::turn::Turn;
use crate::model::{Progress, TaskId, size_of};

/// Record how far a task has come.
#[derive(Debug, Clone, PartialEq)]
pub struct SetProgress {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// How far.
    pub progress: Progress,
}

/// Record a log line.
#[derive(Debug, Clone, PartialEq)]
pub struct AddLog {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// The line; of a very long one the beginning is kept.
    pub line: String,
}

/// Record a partial result.
#[derive(Debug, Clone, PartialEq)]
pub struct Emit {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// What has come out.
    pub value: Value,
}

/// Record where the next attempt can take up the work, in place of what was recorded before.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveCheckpoint {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// Whatever the next attempt needs to know.
    pub value: Value,
}

impl SetProgress {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let status = turn.task_of(self.task, self.actor)?.status();
        let progress = self.progress;
        if let Some(task) = turn.state.report_on(self.task) {
            task.progress = progress;
        }
        turn.notify(self.task, Notice::Progress { progress, status });
        Ok(())
    }
}

impl AddLog {
    pub(in crate::engine) fn apply(mut self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.task_of(self.task, self.actor)?;
        shorten(&mut self.line, turn.limits().text_bytes);
        turn.state.report_on(self.task);
        turn.notify(self.task, Notice::Log(self.line));
        Ok(())
    }
}

impl Emit {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let size = self.check(turn)?;
        let value = Arc::new(self.value);
        turn.state.add_partial_result(self.task, Arc::clone(&value));
        turn.state.account(self.task, size, 0);
        turn.notify(self.task, Notice::Partial(value));
        Ok(())
    }

    fn check(&self, turn: &Turn<'_>) -> Result<usize, Rejected> {
        let max = turn.limits().partial_results;
        let task = turn.task_of(self.task, self.actor)?;
        if task.partial_results.len() >= max {
            return Err(Rejected::TooManyPartialResults { max });
        }
        let size = turn.check_size(Payload::PartialResult, &self.value)?;
        turn.check_room(task.bytes, size)?;
        turn.state
            .check_quotas(&task.submitter, Usage::growing(size))?;
        Ok(size)
    }
}

impl SaveCheckpoint {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        let size = self.check(turn)?;
        let before = turn.state.set_checkpoint(self.task, Arc::new(self.value));
        let freed = before.map_or(0, |before| size_of(&before));
        turn.state.account(self.task, size, freed);
        turn.record_checkpoint(self.task);
        Ok(())
    }

    fn check(&self, turn: &Turn<'_>) -> Result<usize, Rejected> {
        let task = turn.task_of(self.task, self.actor)?;
        let freed = task.checkpoint.as_deref().map_or(0, size_of);
        let size = turn.check_size(Payload::Checkpoint, &self.value)?;
        turn.check_room(task.bytes.saturating_sub(freed), size)?;
        let growth = Usage::growing(size.saturating_sub(freed));
        turn.state.check_quotas(&task.submitter, growth)?;
        Ok(size)
    }
}

/// Cuts a text to a number of bytes, between two characters.
pub(super) fn shorten(text: &mut String, max: usize) {
    text.truncate(text.floor_char_boundary(max));
}
