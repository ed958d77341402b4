//! What is to be sent.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Messages on their way out, in order.
pub(crate) type Frames = VecDeque<Frame>;

/// A message on its way out: a text, in whatever buffer it was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame(Bytes);

impl Frame {
    /// Returns the message.
    pub(crate) fn as_str(&self) -> &str {
        // Made of a text, and of nothing else.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the message in UTF-8.
    #[cfg(feature = "websocket")]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
impl From<&str> for Frame {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

/// The messages that wait to be written. Short ones lie beside each other in one buffer: each by
/// itself would cost an allocation when it is handed to the transport.
#[derive(Default)]
pub(super) struct Outbox {
    frames: Frames,
    buffer: BytesMut,
}

impl Outbox {
    pub(super) fn push(&mut self, frame: String) {
        let bytes = if frame.len() > SHORT {
            Bytes::from(frame)
        } else {
            if self.buffer.capacity() < frame.len() {
                self.buffer.reserve(BUFFER);
            }
            self.buffer.extend_from_slice(frame.as_bytes());
            self.buffer.split().freeze()
        };
        self.frames.push_back(Frame(bytes));
    }

    /// Moves all messages into `frames`, which is empty.
    pub(super) fn take(&mut self, frames: &mut Frames) {
        if frames.capacity() > MANY && self.frames.len() < MANY {
            *frames = Frames::new();
        }
        std::mem::swap(&mut self.frames, frames);
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }

    /// Returns how many of the messages have taken an id of ours.
    pub(super) fn count_pushes(&self) -> usize {
        let pushes = self.frames.iter().filter(|frame| is_push(frame.as_str()));
        pushes.count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// Returns whether a message of ours is one for which an id is taken (protocol S-10).
pub(crate) fn is_push(message: &str) -> bool {
    let kinds = [r#"["push""#, r#"["stream""#, r#"["pipe""#];
    kinds.iter().any(|kind| message.starts_with(kind))
}

/// How long a message is at most that is copied to lie beside others, in bytes.
const SHORT: usize = 512;

/// How many bytes of short messages lie in one buffer: allocators are quick up to some 1,000.
const BUFFER: usize = 1000;

/// For how many messages room is kept while fewer are sent together.
const MANY: usize = 256;

#[cfg(test)]
mod tests {
    use super::{BUFFER, Frames, MANY, Outbox, SHORT};

    /// What lies in one buffer must not run together, and what has one of its own must not overtake.
    #[test]
    fn messages_stay_whole_and_in_order_whatever_their_length() {
        let sizes = [
            0,
            1,
            SHORT,
            SHORT + 1,
            7,
            BUFFER,
            3,
            SHORT,
            SHORT,
            SHORT,
            SHORT,
            SHORT,
        ];
        let messages: Vec<String> = (0..)
            .zip(sizes)
            .map(|(at, size)| format!("{at}{}", "é".repeat(size / 2)))
            .collect();
        let mut outbox = Outbox::default();
        for message in &messages {
            outbox.push(message.clone());
        }
        let mut frames = Frames::new();
        outbox.take(&mut frames);
        assert!(outbox.is_empty());
        let taken: Vec<&str> = frames.iter().map(super::Frame::as_str).collect();
        assert_eq!(taken, messages);
    }

    /// A burst would leave its room behind in every idle session.
    #[test]
    fn room_for_many_messages_is_not_kept() {
        let mut outbox = Outbox::default();
        let mut frames = Frames::with_capacity(MANY * 4);
        outbox.take(&mut frames);
        outbox.take(&mut frames);
        assert!(frames.capacity() <= MANY);
        assert!(outbox.frames.capacity() <= MANY);
    }
}
