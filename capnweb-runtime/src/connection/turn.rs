//! Taking turns with the other sessions of a thread.

use std::time::{Duration, Instant};

#[cfg(feature = "websocket")]
use super::reading::Reading;
use super::shared::Connection;

/// The time that a session has had since others had their turn on this thread. Messages that lie
/// ready are read without waiting, so that the runtime would not know of it.
pub(crate) struct Turn {
    /// When its first message had come.
    begun: Instant,
    /// What was taken since then: messages, and a long one is as good as many.
    taken: u32,
    /// How much is to have been taken when the clock is looked at next.
    look_at: u32,
    /// How much is taken between two looks: as much as is done in a part of a turn.
    stride: u32,
}

impl Turn {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            taken: 0,
            look_at: FEW,
            stride: 1,
        }
    }

    /// Begins the next turn with the next message.
    pub(super) fn again(&mut self) {
        self.taken = 0;
        self.look_at = self.stride.max(FEW);
    }

    /// Notes that a message has come.
    pub(super) fn begin_message(&mut self, connection: &Connection) {
        if self.taken == 0 {
            self.begun = Instant::now();
            connection.heard();
        }
    }

    /// Notes that a message of so many bytes was taken; returns whether others are to go first now.
    pub(super) fn is_over_after(&mut self, size: usize) -> bool {
        let weight = u32::try_from(size / LONG).unwrap_or(u32::MAX);
        self.taken = self.taken.saturating_add(1).saturating_add(weight);
        if self.taken < self.look_at {
            return false;
        }
        let spent = self.begun.elapsed();
        self.stride = stride(self.taken, spent);
        self.look_at = self.taken.saturating_add(self.stride);
        spent >= TURN
    }

    /// Takes a message, and lets others go first if that is enough for now.
    #[cfg(feature = "websocket")]
    pub(crate) async fn handle(&mut self, connection: &Connection, text: &str) {
        self.begin_message(connection);
        let size = text.len();
        let flow = match Reading::begin(connection, text, str::to_owned) {
            Reading::Done(message) => connection.handle_read(message, size),
            Reading::Elsewhere(reading) => connection.handle_joined(reading.await, size),
        };
        if flow.is_continue() && self.is_over_after(size) {
            tokio::task::yield_now().await;
            self.again();
        }
    }
}

/// Returns how much to take until the clock is looked at again, if so much took so long.
fn stride(taken: u32, spent: Duration) -> u32 {
    let spent = spent.as_nanos().max(1);
    let part = u128::from(taken).saturating_mul(TURN.as_nanos()) / spent / LOOKS;
    u32::try_from(part).unwrap_or(u32::MAX).clamp(1, MAX_STRIDE)
}

/// So long that taking turns costs nothing to speak of.
const TURN: Duration = Duration::from_micros(100);

/// How much is taken in a turn at least, however long that takes: what a peer says together, it means
/// to be heard together.
const FEW: u32 = 8;

/// How often the clock is looked at in a turn.
const LOOKS: u128 = 4;

/// How much is taken at most without looking at the clock: what comes may be dearer than what came.
const MAX_STRIDE: u32 = 32;

/// How many bytes of a message are as good as another message.
const LONG: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LOOKS, MAX_STRIDE, TURN, stride};

    /// Looking at the clock for every message costs more than some messages do; not looking would let
    /// slow ones keep a thread.
    #[test]
    fn the_clock_is_looked_at_some_times_in_a_turn() {
        assert_eq!(stride(1, TURN), 1);
        assert_eq!(stride(1, TURN * 1000), 1);
        assert_eq!(stride(100, TURN), 25);
        assert_eq!(stride(16, TURN / 4), 16);
        assert_eq!(stride(10, Duration::ZERO), MAX_STRIDE);
        assert_eq!(stride(u32::MAX, Duration::from_nanos(1)), MAX_STRIDE);
        assert!(u128::from(stride(8, TURN)) <= 8 / LOOKS);
    }
}
