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

    /// Returns the message's bytes: UTF-8.
    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
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
        if frames.capacity() > MANY {
            *frames = Frames::new();
        }
        std::mem::swap(&mut self.frames, frames);
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// How long a message is at most that is copied to lie beside others, in bytes.
const SHORT: usize = 512;

/// How many bytes of short messages lie in one buffer.
const BUFFER: usize = 2048;

/// For how many messages room is kept while there are none.
const MANY: usize = 256;
