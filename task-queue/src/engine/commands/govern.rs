//! Saying how much an account may take up.

use crate::engine::turn::Turn;
use crate::model::{AccountId, Quotas};

/// Say how much of the queue an account may take up. It is not stored: whoever keeps accounts says it
/// again after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Govern {
    /// The account.
    pub account: AccountId,
    /// How much; none has what was said end with the last task of the account.
    pub quotas: Option<Quotas>,
}

impl Govern {
    pub(in crate::engine) fn apply(self, turn: &mut Turn<'_>) {
        turn.state.govern(self.account, self.quotas);
    }
}
