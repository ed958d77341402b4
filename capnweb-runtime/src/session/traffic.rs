//! What has passed through a session.

use crate::counters::{Counters, Passed};

/// Messages and bytes, both ways, since the session began.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) all: Passed,
    /// What of it the endpoint's counters were told.
    told: Passed,
}

impl Traffic {
    /// Counts a message of the peer's.
    pub(super) fn received(&mut self, bytes: usize) {
        self.all.messages_in = self.all.messages_in.saturating_add(1);
        self.all.bytes_in = self.all.bytes_in.saturating_add(wide(bytes));
    }

    /// Counts a message to the peer.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.all.messages_out = self.all.messages_out.saturating_add(1);
        self.all.bytes_out = self.all.bytes_out.saturating_add(wide(bytes));
    }

    /// Tells the endpoint's counters, which all its threads share: not for each message.
    pub(super) fn tell(&mut self, counters: &Counters) {
        if self.told != self.all {
            counters.passed(self.all.since(self.told));
            self.told = self.all;
        }
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
