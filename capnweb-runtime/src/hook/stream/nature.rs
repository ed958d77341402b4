//! What a capability is, where it matters to more than itself: an object, or one end of a stream.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use super::readable::Readable;
use crate::error::Error;
use crate::hook::Cap;

/// What a capability is by nature.
pub(crate) enum Nature<'a> {
    /// An object, or a promise.
    Object,
    /// A stream to read from.
    Readable(&'a Readable),
    /// A stream to write to.
    Writable(&'a Lock),
}

/// Whether a writable stream has been handed over, after which its former holder may not write.
#[derive(Debug, Default)]
pub(crate) struct Lock(AtomicBool);

/// A call that was sent as part of a stream.
pub(crate) struct Streamed {
    /// How many UTF-16 code units its message has; none if there is no message, because nothing lies
    /// between the writer and what it writes to: then each write waits for its answer (protocol
    /// P-17).
    pub(crate) size: Option<usize>,
    /// What settles with the answer.
    pub(crate) answer: Cap,
}

/// The wait until what was sent before has left this side.
pub(crate) type Room = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Lock {
    /// Hands the stream over; only once.
    pub(crate) fn claim(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Takes a handing over back that did not come about.
    pub(crate) fn unclaim(&self) {
        self.0.store(false, Ordering::Release);
    }

    /// Returns whether the stream has been handed over.
    pub(crate) fn is_claimed(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Returns how it fails to map over one end of a stream: there is nothing in it to map over, and a mapper
/// must not be handed past what is in front of it.
pub(in crate::hook) fn not_mapped(nature: &Nature<'_>) -> Error {
    let text = match nature {
        Nature::Writable(_) => "Cannot use map() on a WritableStream",
        Nature::Readable(_) | Nature::Object => "Cannot use map() on a ReadableStream",
    };
    Error::new(text).public()
}
