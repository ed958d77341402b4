//! Streams to read from that run dry when the membrane is revoked that they have crossed.

use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use super::border::{Border, Watch};
use crate::error::Error;
use crate::hook::Outcome;
use crate::hook::stream::Source;
use crate::hook::wrapper::steps::{Step, left_out};
use crate::sync::{Mutex, MutexGuard};

/// Where the chunks of a stream come from until the membrane is revoked.
pub(super) struct Mortal {
    border: Arc<Border>,
    shared: Arc<Shared>,
    /// Made when the first chunk is asked for. Until then whoever holds the stream ends it.
    watch: Option<Watch>,
}

struct Shared(Mutex<Inner>);

struct Inner {
    source: Phase,
    reader: Option<Waker>,
    layers: usize,
}

enum Phase {
    /// Nobody is asking it anything.
    Idle(Box<dyn Source>),
    /// Somebody is asking it for a chunk, and gives it back.
    Asked,
    /// The membrane was revoked, and the reader has not been told.
    Revoked(Error),
    Over,
}

impl Mortal {
    pub(super) fn new(source: Box<dyn Source>, border: &Arc<Border>) -> Self {
        let inner = Inner {
            layers: source.layers(),
            source: Phase::Idle(source),
            reader: None,
        };
        Self {
            border: Arc::clone(border),
            shared: Arc::new(Shared(Mutex::new(inner))),
            watch: None,
        }
    }

    fn watch(&mut self) {
        if self.watch.is_none() {
            let shared = Arc::downgrade(&self.shared);
            self.watch = Some(self.border.watch(Box::new(move |reason| {
                if let Some(shared) = shared.upgrade()
                    && !left_out(Step::ReadingEnds)
                {
                    shared.revoke(&Error::Revoked(Arc::clone(reason)));
                }
            })));
        }
    }
}

impl Shared {
    /// Ends the stream for both sides. Somebody who asks the source at this moment does it.
    fn revoke(&self, error: &Error) {
        let (before, reader) = {
            let mut inner = self.lock();
            if matches!(inner.source, Phase::Over) {
                return;
            }
            let revoked = Phase::Revoked(error.clone());
            let before = std::mem::replace(&mut inner.source, revoked);
            (before, inner.reader.take())
        };
        if let Phase::Idle(mut source) = before {
            source.cancel(error.clone());
        }
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Takes the source to ask it; fails if there is none to ask any more.
    fn take(&self, waker: &Waker) -> Result<Box<dyn Source>, Option<Error>> {
        let mut inner = self.lock();
        inner.reader = Some(waker.clone());
        match std::mem::replace(&mut inner.source, Phase::Over) {
            Phase::Idle(source) => {
                inner.source = Phase::Asked;
                Ok(source)
            }
            Phase::Revoked(error) => Err(Some(error)),
            Phase::Asked | Phase::Over => Err(None),
        }
    }

    /// Gives the source back, or what is to be told if the membrane was revoked meanwhile.
    fn give_back(&self, source: Phase) -> Result<(), Error> {
        let mut inner = self.lock();
        match std::mem::replace(&mut inner.source, source) {
            Phase::Revoked(error) => {
                let source = std::mem::replace(&mut inner.source, Phase::Over);
                drop(inner);
                if let Phase::Idle(mut source) = source {
                    source.cancel(error.clone());
                }
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Mortal {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        self.watch();
        let mut source = match self.shared.take(context.waker()) {
            Ok(source) => source,
            Err(end) => return Poll::Ready(end.map(Err)),
        };
        let polled = source.poll_next(context);
        let goes_on = matches!(polled, Poll::Pending | Poll::Ready(Some(Ok(_))));
        let phase = if goes_on {
            Phase::Idle(source)
        } else {
            Phase::Over
        };
        match self.shared.give_back(phase) {
            Ok(()) => polled,
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }

    fn cancel(&mut self, reason: Error) {
        let before = std::mem::replace(&mut self.shared.lock().source, Phase::Over);
        if let Phase::Idle(mut source) = before {
            source.cancel(reason);
        }
    }

    fn layers(&self) -> usize {
        self.shared.lock().layers
    }
}
