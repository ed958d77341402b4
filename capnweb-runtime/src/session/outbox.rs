//! What is to be sent.

use std::collections::VecDeque;

/// Messages on their way out, in order.
pub(crate) type Frames = VecDeque<String>;

/// The messages that wait to be written.
#[derive(Default)]
pub(super) struct Outbox(Frames);

impl Outbox {
    pub(super) fn push(&mut self, frame: String) {
        self.0.push_back(frame);
    }

    /// Moves all messages into `frames`, which is empty.
    pub(super) fn take(&mut self, frames: &mut Frames) {
        if frames.capacity() > MANY && self.0.len() < MANY {
            *frames = Frames::new();
        }
        std::mem::swap(&mut self.0, frames);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns how many of the messages have taken an id of ours.
    pub(super) fn count_pushes(&self) -> usize {
        let pushes = self.0.iter().filter(|message| is_push(message));
        pushes.count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Returns whether a message of ours is one for which an id is taken (protocol S-10).
pub(crate) fn is_push(message: &str) -> bool {
    let kinds = [r#"["push""#, r#"["stream""#, r#"["pipe""#];
    kinds.iter().any(|kind| message.starts_with(kind))
}

/// For how many messages room is kept while fewer are sent together.
const MANY: usize = 256;

#[cfg(test)]
mod tests {
    use super::{Frames, MANY, Outbox};

    /// A burst would leave its room behind in every idle session.
    #[test]
    fn room_for_many_messages_is_not_kept() {
        let mut outbox = Outbox::default();
        let mut frames = Frames::with_capacity(MANY * 4);
        outbox.take(&mut frames);
        outbox.take(&mut frames);
        assert!(frames.capacity() <= MANY);
        assert!(outbox.0.capacity() <= MANY);
    }
}
