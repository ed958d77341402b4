//! A stream that is taken when the first chunk is asked for: until then, it can be dropped unread.

use std::task::{Context, Poll};

use super::nature::Nature;
use super::readable::{Source, taken_already};
use crate::error::Error;
use crate::hook::{Outcome, Stub};

/// Where the chunks of a stream come from that is passed on, perhaps without being read.
pub(in crate::hook) struct Deferred {
    stage: Stage,
    layers: usize,
}

enum Stage {
    Untouched(Stub),
    Taken(Box<dyn Source>),
    Over,
}

impl Deferred {
    /// Creates it, to be read through one more wrapper.
    ///
    /// # Errors
    ///
    /// When the chunks pass too many already.
    pub(in crate::hook) fn wrapped(stream: &Stub) -> Result<Self, Error> {
        Ok(Self {
            layers: layers_around(stream)?,
            stage: Stage::Untouched(stream.clone()),
        })
    }

    fn source(&mut self) -> Result<&mut Box<dyn Source>, Error> {
        if let Stage::Untouched(stream) = &self.stage {
            let taken = match stream.cap().nature() {
                Nature::Readable(readable) => readable.take(),
                Nature::Object | Nature::Writable(_) => None,
            };
            self.stage = taken.map_or(Stage::Over, Stage::Taken);
        }
        match &mut self.stage {
            Stage::Taken(source) => Ok(source),
            Stage::Untouched(_) | Stage::Over => Err(taken_already()),
        }
    }
}

impl Source for Deferred {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        match self.source() {
            Ok(source) => source.poll_next(context),
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }

    fn cancel(&mut self, reason: Error) {
        if let Ok(source) = self.source() {
            source.cancel(reason);
        }
    }

    fn layers(&self) -> usize {
        self.layers
    }
}

/// Returns how many layers there are, once there is one more around a stream.
///
/// # Errors
///
/// When they are too many: a peer can have what it was given wrapped again and again.
fn layers_around(stream: &Stub) -> Result<usize, Error> {
    let inside = match stream.cap().nature() {
        Nature::Readable(readable) => readable.layers(),
        Nature::Object | Nature::Writable(_) => 0,
    };
    let layers = inside.saturating_add(1);
    if layers > MAX_LAYERS {
        let text = "The stream is wrapped too many times.";
        return Err(Error::range_error(text).public());
    }
    Ok(layers)
}

/// How many facets, guards and the like the chunks of a stream may pass through.
const MAX_LAYERS: usize = 64;
