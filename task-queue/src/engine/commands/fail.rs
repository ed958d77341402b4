//! Recording that an attempt has failed.

use crate::engine::command::Actor;
use crate::engine::commands::report::shorten;
use crate::engine::rejected::Rejected;
use crate::engine::turn::Turn;
use crate::model::{EndReason, Failure, TaskId};

/// Record that an attempt has failed; a supervisor's word is final, whatever the retry policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Fail {
    /// The task.
    pub task: TaskId,
    /// On whose authority.
    pub actor: Actor,
    /// Why; of a very long message the beginning is kept.
    pub failure: Failure,
}

impl Fail {
    pub(in crate::engine) fn apply(mut self, turn: &mut Turn<'_>) -> Result<(), Rejected> {
        turn.task_of(self.task, self.actor)?;
        shorten(&mut self.failure.message, turn.limits().text_bytes);
        let Failure { name, code, .. } = &mut self.failure;
        for word in [name, code].into_iter().flatten() {
            shorten(word, MAX_WORD);
        }
        match self.actor {
            Actor::Attempt(_) => turn.fail_attempt(self.task, EndReason::Failed, self.failure),
            Actor::Supervisor => {
                turn.end_attempt(self.task, EndReason::Superseded);
                turn.give_up(self.task, self.failure);
            }
        }
        Ok(())
    }
}

/// How many bytes of an error's name or code are kept.
const MAX_WORD: usize = 128;
