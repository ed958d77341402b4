//! What a peer waits for in queues, to be ended with its session.
//!
//! A call on a promise waits in that promise's queue, and its result with it. A peer can have the
//! promise become something that leads to that very result. Then the queue holds what holds the
//! queue: nobody would ever end it, or free it.

use std::sync::{Arc, PoisonError, Weak};

use crate::hook::promise::PromiseCell;
use crate::sync::Mutex;

/// The results of one session's calls that have had to wait in a queue.
pub(crate) struct Unsettled(Mutex<State>);

enum State {
    Open {
        results: Vec<Weak<PromiseCell>>,
        /// How many there may be before those are looked for that are gone.
        enough: usize,
    },
    Closed,
}

impl Unsettled {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(State::Open {
            results: Vec::new(),
            enough: FEW,
        }))
    }

    /// Notes a result; returns whether the session is still there. Neither runs nor drops anything.
    pub(in crate::hook) fn note(&self, result: &Arc<PromiseCell>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Open { results, enough } = &mut *state else {
            return false;
        };
        if results.len() >= *enough {
            results.retain(|result| result.strong_count() > 0);
            *enough = results.len().saturating_mul(2).max(FEW);
        }
        results.push(Arc::downgrade(result));
        true
    }

    /// Returns what is to be settled, now that the session has ended.
    pub(crate) fn close(&self) -> Vec<Arc<PromiseCell>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Closed) {
            State::Open { results, .. } => results.iter().filter_map(Weak::upgrade).collect(),
            State::Closed => Vec::new(),
        }
    }
}

const FEW: usize = 64;
