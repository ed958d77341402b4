//! What waits for a connection, in order, and how much it is.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::waiting::Waiting;

/// Calls that wait. All wait equally long, so that the first is the first to lose patience.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Waiting>,
    /// What they weigh together.
    bytes: usize,
}

impl Queue {
    pub(super) fn push(&mut self, waiting: Waiting) {
        self.bytes = self.bytes.saturating_add(waiting.weight);
        self.waiting.push_back(waiting);
    }

    /// Takes out the first.
    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let first = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(first.weight);
        Some(first)
    }

    /// Takes out the first, if it has waited for too long.
    pub(super) fn pop_late(&mut self, now: Instant) -> Option<Waiting> {
        self.first_until().filter(|until| *until <= now)?;
        self.pop()
    }

    /// Takes out all, the first one first.
    pub(super) fn take(&mut self) -> VecDeque<Waiting> {
        std::mem::take(self).waiting
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Returns about how many bytes there would be with so many more.
    pub(super) const fn bytes_with(&self, more: usize) -> usize {
        self.bytes.saturating_add(more)
    }

    /// Returns until when the first waits; none if it is as long as it takes, or there is no first.
    pub(super) fn first_until(&self) -> Option<Instant> {
        self.waiting.front()?.until
    }
}
