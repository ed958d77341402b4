//! Streams in what a facet hands out: their chunks are results, too.

use std::task::{Context, Poll, ready};

use super::nature::Nature;
use super::readable::{Readable, Source, taken_already};
use crate::error::Error;
use crate::hook::{Cap, Outcome, Stub, Value};

/// Returns a stream of what `narrow` makes of the chunks of another. A chunk that it refuses ends
/// both.
pub(crate) fn narrow_readable(
    stream: &Stub,
    narrow: impl Fn(Value) -> Outcome + Send + 'static,
) -> Cap {
    let source = Narrowed {
        origin: Origin::Untouched(stream.clone()),
        narrow,
    };
    Readable::cap(Box::new(source))
}

struct Narrowed<F> {
    origin: Origin,
    narrow: F,
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

impl<F: Fn(Value) -> Outcome + Send + 'static> Source for Narrowed<F> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let source = match self.origin.source() {
            Ok(source) => source,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        let narrowed = match ready!(source.poll_next(context)) {
            Some(Ok(chunk)) => (self.narrow)(chunk),
            ended => return Poll::Ready(ended),
        };
        if let Err(error) = &narrowed {
            source.cancel(error.clone());
        }
        Poll::Ready(Some(narrowed))
    }

    fn cancel(&mut self, reason: Error) {
        if let Ok(source) = self.origin.source() {
            source.cancel(reason);
        }
    }
}
