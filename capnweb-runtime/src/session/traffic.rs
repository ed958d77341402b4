//! What has passed through a session.

/// Messages and bytes, both ways, since the session began.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) messages_in: u64,
    pub(super) bytes_in: u64,
    pub(super) messages_out: u64,
    pub(super) bytes_out: u64,
}

impl Traffic {
    /// Counts a message of the peer's.
    pub(super) fn received(&mut self, bytes: usize) {
        self.messages_in = self.messages_in.saturating_add(1);
        self.bytes_in = self.bytes_in.saturating_add(wide(bytes));
    }

    /// Counts a message to the peer.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.messages_out = self.messages_out.saturating_add(1);
        self.bytes_out = self.bytes_out.saturating_add(wide(bytes));
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
