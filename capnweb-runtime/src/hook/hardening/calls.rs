//! How many calls of a peer go on at a time, and how far each may lead (protocol L-17).

use std::sync::Arc;

use super::lane::Lane;
use crate::counters::Counters;
use crate::error::Error;
use crate::hook::promise::Resolver;
use crate::sync::atomic::{AtomicUsize, Ordering};
use crate::value::Path;

/// The calls of one peer that have started and not settled (protocol L-17).
#[derive(Clone)]
pub(crate) struct CallsInFlight {
    taken: Arc<AtomicUsize>,
    limit: usize,
    counters: Counters,
    lane: Lane,
}

/// A place among the calls in flight, given back when dropped.
pub(crate) struct Permit(Arc<AtomicUsize>);

impl CallsInFlight {
    /// Creates the count, with a limit.
    pub(crate) fn new(limit: usize, counters: Counters) -> Self {
        Self {
            taken: Arc::default(),
            limit,
            counters,
            lane: Lane::new(),
        }
    }

    /// Counts the call that this settles for its session, and gives it a place, if one is left for a call along such
    /// a path.
    #[allow(clippy::result_large_err, reason = "what is refused is handed back")]
    pub(crate) fn admit(
        &self,
        path: &Path,
        result: Resolver,
    ) -> Result<Resolver, (Resolver, Error)> {
        match self.permit(path) {
            Ok(permit) => {
                self.counters.call_started();
                Ok(result.with_permit(permit).counted())
            }
            Err(error) => Err((result, error)),
        }
    }

    /// Returns how many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Acquire)
    }

    /// Returns where the longer ones of them queue.
    pub(in crate::hook) const fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Returns what counts this peer's doings.
    pub(in crate::hook) const fn counters(&self) -> &Counters {
        &self.counters
    }

    fn permit(&self, path: &Path) -> Result<Permit, Error> {
        if path.segments().len() > MAX_STEPS {
            self.counters.call_refused("path_steps");
            let text = format!("The path has more than {MAX_STEPS} steps.");
            return Err(Error::range_error(text).public());
        }
        let limit = self.limit;
        Permit::take(&self.taken, limit).ok_or_else(|| {
            self.counters.call_refused("max_calls_in_flight");
            Error::new(format!("Too many calls in flight: more than {limit}.")).public()
        })
    }
}

impl Permit {
    /// Takes a place, if fewer than `limit` are taken.
    pub(crate) fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Option<Self> {
        taken
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| {
                (n < limit).then(|| n.saturating_add(1))
            })
            .ok()?;
        Some(Self(Arc::clone(taken)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The longest path that is followed: each step through a capability is taken by recursion.
const MAX_STEPS: usize = 128;
