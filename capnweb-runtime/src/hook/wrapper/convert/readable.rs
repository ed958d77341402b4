//! Streams to read from: their chunks pass, too.

use std::task::{Context, Poll, ready};

use super::conversion::Conversion;
use crate::error::Error;
use crate::hook::stream::{Nature, Source, layers_around, taken_already};
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
    let layers = layers_around(stream)?;
    let source = Converted {
        origin: Origin::Untouched(stream.clone()),
        back,
        there,
        layers,
    };
    Ok(Box::new(source))
}

struct Converted<B, T> {
    origin: Origin,
    back: B,
    there: T,
    layers: usize,
}

/// A stream, which is taken when the first chunk is asked for: until then, it can be dropped unread.
enum Origin {
    Untouched(Stub),
    Taken(Box<dyn Source>),
    Over,
}

impl Origin {
    fn source(&mut self) -> Result<&mut Box<dyn Source>, Error> {
        if let Self::Untouched(stream) = self {
            let taken = match stream.cap().nature() {
                Nature::Readable(readable) => readable.take(),
                Nature::Object | Nature::Writable(_) => None,
            };
            *self = taken.map_or(Self::Over, Self::Taken);
        }
        match self {
            Self::Taken(source) => Ok(source),
            Self::Untouched(_) | Self::Over => Err(taken_already()),
        }
    }
}

impl<B: Conversion, T: Conversion> Source for Converted<B, T> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let source = match self.origin.source() {
            Ok(source) => source,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let Some(chunk) = ready!(source.poll_next(context)) else {
            return Poll::Ready(None);
        };
        let was_there = chunk.is_ok();
        let converted = if left_out(Step::Chunk) {
            chunk
        } else {
            self.back.chunk(chunk)
        };
        if let (true, Err(error)) = (was_there, &converted) {
            source.cancel(error.clone());
        }
        Poll::Ready(Some(converted))
    }

    fn cancel(&mut self, reason: Error) {
        let reason = if left_out(Step::Cancelled) {
            reason
        } else {
            self.there.error(reason)
        };
        if let Ok(source) = self.origin.source() {
            source.cancel(reason);
        }
    }

    fn layers(&self) -> usize {
        self.layers
    }
}
