//! Sinks of the program's: chunks are applied one at a time, in the order they came (protocol P-3 to
//! P-7).

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use tokio::sync::Notify;

use super::writable::{Intake, Writable, closed_already};
use crate::error::Error;
use crate::hook::hardening::{bury, shielded};
use crate::hook::promise::{Delivery, Resolver};
use crate::hook::served::start;
use crate::hook::{Cap, Value};

/// What a program does with the chunks that are written to its stream.
pub(crate) trait Consume: Send + 'static {
    /// Accepts a chunk.
    fn write(&mut self, chunk: Value) -> Step<'_>;

    /// Ends, after the last chunk.
    fn close(&mut self) -> Step<'_>;

    /// Ends before the last chunk, and is told why.
    fn abort(&mut self, reason: Error);
}

/// One thing that a sink does.
pub(crate) type Step<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// A program's sink, and what waits to be done to it.
pub(crate) struct Consumer {
    state: Mutex<State>,
    aborted: Notify,
}

struct State {
    waiting: VecDeque<Op>,
    /// Whom to tell of what is being done.
    doing: Option<Resolver>,
    phase: Phase,
    /// The sink; absent while something is done to it, and after its end.
    idle: Option<Box<dyn Consume>>,
}

struct Op {
    what: What,
    result: Resolver,
}

enum What {
    Write(Value),
    Close,
}

enum Phase {
    Open,
    /// `close` was called.
    Closing,
    Closed,
    /// To be aborted when what is being done to the sink is done.
    Aborting {
        reason: Error,
        told: Vec<Resolver>,
    },
    Failed(Error),
}

/// What is to be done next.
enum Next {
    Do(What, Box<dyn Consume>),
    Abort(Error, Vec<Resolver>, Box<dyn Consume>),
    Rest,
}

impl Consumer {
    /// Makes a sink into a capability.
    pub(crate) fn cap(sink: Box<dyn Consume>) -> Cap {
        let state = State {
            waiting: VecDeque::new(),
            doing: None,
            phase: Phase::Open,
            idle: Some(sink),
        };
        Writable::cap(Arc::new(Self {
            state: Mutex::new(state),
            aborted: Notify::new(),
        }))
    }

    /// Adds what is to be done, and begins with it unless something else is being done; at once, so
    /// that what follows, the stream's release most likely, does not overtake it.
    ///
    /// Whether it may be done is seen under the same lock: what was added to a stream that has failed
    /// meanwhile would never be answered.
    fn enqueue(self: &Arc<Self>, op: Op) {
        let sink = {
            let mut state = self.lock();
            if let Some(error) = state.refusal() {
                drop(state);
                return refuse(VecDeque::from([op]), &error);
            }
            if matches!(op.what, What::Close) {
                state.phase = Phase::Closing;
            }
            state.waiting.push_back(op);
            state.idle.take()
        };
        if let Some(sink) = sink {
            let unfinished = start(Box::pin(Arc::clone(self).work(sink)));
            if unfinished.is_some() {
                let text = "A sink that waits was written to outside of a Tokio runtime.";
                self.fail(&Error::new(text));
            }
        }
    }

    async fn work(self: Arc<Self>, mut sink: Box<dyn Consume>) {
        loop {
            match self.next(sink) {
                Next::Do(what, busy) => {
                    sink = busy;
                    let step = AssertUnwindSafe(self.apply(what, sink.as_mut()));
                    let applied = step
                        .catch_unwind()
                        .await
                        .unwrap_or_else(|_| Err(Error::new("The sink panicked.")));
                    self.answer(&applied);
                    if let Err(error) = applied
                        && !self.is_aborting()
                    {
                        return self.fail(&error);
                    }
                }
                Next::Abort(reason, told, mut sink) => {
                    shielded(|| sink.abort(reason));
                    return told.into_iter().for_each(done);
                }
                Next::Rest => return,
            }
        }
    }

    fn next(&self, sink: Box<dyn Consume>) -> Next {
        let mut state = self.lock();
        if let Phase::Aborting { reason, told } = &mut state.phase {
            let (reason, told) = (reason.clone(), std::mem::take(told));
            state.phase = Phase::Failed(reason.clone());
            return Next::Abort(reason, told, sink);
        }
        if let Some(Op { what, result }) = state.waiting.pop_front() {
            state.doing = Some(result);
            return Next::Do(what, sink);
        }
        if !matches!(state.phase, Phase::Closed) {
            state.idle = Some(sink);
        }
        Next::Rest
    }

    async fn apply(&self, what: What, sink: &mut dyn Consume) -> Result<(), Error> {
        match what {
            What::Write(chunk) => sink.write(self.deliver(chunk).await?).await,
            What::Close => {
                sink.close().await?;
                self.lock().phase = Phase::Closed;
                Ok(())
            }
        }
    }

    /// Tells how it went what has been done.
    fn answer(&self, applied: &Result<(), Error>) {
        let doing = self.lock().doing.take();
        if let Some(result) = doing {
            result.settle(applied.clone().map(|()| Value::Undefined));
        }
    }

    /// Waits for the promises in a chunk, unless the stream is aborted meanwhile.
    async fn deliver(&self, chunk: Value) -> Result<Value, Error> {
        let mut delivery = Delivery::begin(chunk);
        loop {
            let aborted = self.aborted.notified();
            if let Phase::Aborting { reason, .. } = &self.lock().phase {
                return Err(reason.clone());
            }
            tokio::select! {
                biased;
                delivered = &mut delivery => return delivered,
                () = aborted => {}
            }
        }
    }

    /// Ends the stream because the sink cannot go on; what waits fails with the same error.
    fn fail(&self, error: &Error) {
        let waiting = {
            let mut state = self.lock();
            state.phase = Phase::Failed(error.clone());
            std::mem::take(&mut state.waiting)
        };
        self.answer(&Err(error.clone()));
        refuse(waiting, error);
    }

    fn is_aborting(&self) -> bool {
        matches!(self.lock().phase, Phase::Aborting { .. })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns why nothing can be done any more, if so.
    fn refusal(&self) -> Option<Error> {
        match &self.phase {
            Phase::Open => None,
            Phase::Closing | Phase::Closed => Some(closed_already()),
            Phase::Aborting { reason: error, .. } | Phase::Failed(error) => Some(error.clone()),
        }
    }

    /// Begins to abort a stream that has not ended; returns what must be done at once, if nothing is
    /// being done to the sink.
    fn abort(&mut self, reason: Error, result: Option<Resolver>) -> Next {
        let mut told: Vec<Resolver> = result.into_iter().collect();
        if let Some(sink) = self.idle.take() {
            self.phase = Phase::Failed(reason.clone());
            return Next::Abort(reason, told, sink);
        }
        if let Phase::Aborting { told: before, .. } = &mut self.phase {
            before.append(&mut told);
        } else {
            self.phase = Phase::Aborting { reason, told };
        }
        Next::Rest
    }
}

impl Intake for Consumer {
    fn write(self: &Arc<Self>, chunk: Value, result: Resolver) {
        self.enqueue(Op {
            what: What::Write(chunk),
            result,
        });
    }

    fn close(self: &Arc<Self>, result: Resolver) {
        self.enqueue(Op {
            what: What::Close,
            result,
        });
    }

    fn abort(self: &Arc<Self>, reason: Error, result: Option<Resolver>) {
        let (next, waiting) = {
            let mut state = self.lock();
            if matches!(state.phase, Phase::Closed | Phase::Failed(_)) {
                drop(state);
                return result.into_iter().for_each(done);
            }
            let waiting = std::mem::take(&mut state.waiting);
            (state.abort(reason.clone(), result), waiting)
        };
        self.aborted.notify_waiters();
        refuse(waiting, &reason);
        if let Next::Abort(reason, told, mut sink) = next {
            shielded(|| sink.abort(reason));
            told.into_iter().for_each(done);
        }
    }

    /// What was closed runs to its end.
    fn abandon(self: &Arc<Self>) {
        if matches!(self.lock().phase, Phase::Open) {
            self.abort(Error::new(super::writable::DISPOSED).public(), None);
        }
    }
}

fn refuse(waiting: VecDeque<Op>, error: &Error) {
    for Op { what, result } in waiting {
        if let What::Write(chunk) = what {
            bury(chunk);
        }
        result.settle(Err(error.clone()));
    }
}

fn done(result: Resolver) {
    result.settle(Ok(Value::Undefined));
}
