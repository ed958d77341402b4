//! Streams to read from: their chunks pass, too.

use std::task::{Context, Poll, ready};

use super::conversion::Conversion;
use crate::error::Error;
use crate::hook::stream::{Deferred, Source};
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::{Outcome, Stub};

/// Returns where the chunks of a stream come from, converted, and its failure. A chunk that may not
/// pass ends both. Why nobody wants more of them goes the other way, and is converted `there`.
///
/// # Errors
///
/// When the chunks pass too many wrappers already: a peer can have what it was given wrapped again
/// and again.
pub(in crate::hook::wrapper) fn convert_readable(
    stream: &Stub,
    back: impl Conversion,
    there: impl Conversion,
) -> Result<Box<dyn Source>, Error> {
    let chunks = Deferred::wrapped(stream)?;
    Ok(Box::new(Converted {
        chunks,
        back,
        there,
    }))
}

struct Converted<B, T> {
    chunks: Deferred,
    back: B,
    there: T,
}

impl<B: Conversion, T: Conversion> Source for Converted<B, T> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let Some(chunk) = ready!(self.chunks.poll_next(context)) else {
            return Poll::Ready(None);
        };
        let was_there = chunk.is_ok();
        let converted = if left_out(Step::Chunk) {
            chunk
        } else {
            self.back.chunk(chunk)
        };
        if let (true, Err(error)) = (was_there, &converted) {
            self.chunks.cancel(error.clone());
        }
        Poll::Ready(Some(converted))
    }

    fn cancel(&mut self, reason: Error) {
        let reason = if left_out(Step::Cancelled) {
            reason
        } else {
            self.there.error(reason)
        };
        self.chunks.cancel(reason);
    }

    fn layers(&self) -> usize {
        self.chunks.layers()
    }
}
