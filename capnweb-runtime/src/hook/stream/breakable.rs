//! Streams to read from that can be broken off by somebody who is on neither side.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::readable::Source;
use crate::error::Error;
use crate::hook::Outcome;
use crate::hook::hardening::bury;

/// Returns the same chunks from a source that can be broken off; `listed` tells who can, and what it
/// returns is kept until the stream has ended.
pub(in crate::hook) fn breakable<L: Send + 'static>(
    source: Box<dyn Source>,
    listed: impl FnOnce(&Arc<Breakable>) -> L,
) -> Box<dyn Source> {
    let layers = source.layers();
    let origin = Arc::new(Breakable {
        state: Mutex::new(State::Waiting(source, None)),
    });
    Box::new(Reader {
        listed: listed(&origin),
        origin,
        layers,
    })
}

/// What is between the reader and the stream.
pub(crate) struct Breakable {
    state: Mutex<State>,
}

enum State {
    /// Nobody is asking for a chunk at this moment; if somebody did, here is whom to wake if none will
    /// come.
    Waiting(Box<dyn Source>, Option<Waker>),
    /// The source is being asked right now. It runs code of a user's, and not under the lock.
    Asked,
    Over,
    Broken(Error),
}

struct Reader<L> {
    origin: Arc<Breakable>,
    layers: usize,
    #[allow(dead_code, reason = "kept until the stream has ended")]
    listed: L,
}

impl Breakable {
    /// Ends the stream: its reader fails with this, and its source is told the same.
    pub(crate) fn break_off(&self, reason: Error) {
        let before = {
            let mut state = self.lock();
            if let State::Over | State::Broken(_) = &*state {
                return;
            }
            std::mem::replace(&mut *state, State::Broken(reason.clone()))
        };
        match before {
            State::Waiting(mut source, waker) => {
                source.cancel(reason);
                bury(source);
                waker.into_iter().for_each(Waker::wake);
            }
            // Who asks sees it when it has its answer.
            State::Asked | State::Over | State::Broken(_) => {}
        }
    }

    /// Takes the source, to ask it.
    fn borrow(&self) -> Result<Box<dyn Source>, Option<Error>> {
        let mut state = self.lock();
        if let State::Broken(error) = &*state {
            return Err(Some(error.clone()));
        }
        let before = std::mem::replace(&mut *state, State::Asked);
        drop(state);
        match before {
            State::Waiting(source, _) => Ok(source),
            State::Asked | State::Over | State::Broken(_) => Err(None),
        }
    }

    /// Puts the source back after it was asked, if there is more to ask for; fails if it was broken
    /// off meanwhile.
    fn put_back(&self, mut source: Box<dyn Source>, waker: Option<Waker>) -> Result<(), Error> {
        let broken = {
            let mut state = self.lock();
            if let State::Broken(error) = &*state {
                error.clone()
            } else {
                *state = State::Waiting(source, waker);
                return Ok(());
            }
        };
        source.cancel(broken.clone());
        bury(source);
        Err(broken)
    }

    fn end(&self) {
        let mut state = self.lock();
        if !matches!(&*state, State::Broken(_)) {
            let before = std::mem::replace(&mut *state, State::Over);
            drop(state);
            drop(before);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: Send + 'static> Source for Reader<L> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let mut source = match self.origin.borrow() {
            Ok(source) => source,
            Err(error) => {
                self.origin.end();
                return Poll::Ready(error.map(Err));
            }
        };
        let polled = source.poll_next(context);
        let waker = polled.is_pending().then(|| context.waker().clone());
        if let Poll::Ready(None | Some(Err(_))) = &polled {
            self.origin.end();
            return polled;
        }
        match self.origin.put_back(source, waker) {
            Ok(()) => polled,
            Err(broken) => {
                if let Poll::Ready(chunk) = polled {
                    bury(chunk);
                }
                Poll::Ready(Some(Err(broken)))
            }
        }
    }

    fn cancel(&mut self, reason: Error) {
        if let Ok(mut source) = self.origin.borrow() {
            source.cancel(reason);
            bury(source);
        }
        self.origin.end();
    }

    fn layers(&self) -> usize {
        self.layers
    }
}
