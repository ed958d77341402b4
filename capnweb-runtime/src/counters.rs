//! What has happened in the sessions of an endpoint, in numbers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Disconnect;

/// The counters of one endpoint: of all sessions that have its [`SessionConfig`], or a clone of it.
///
/// Clones count together. They only ever rise, from zero when the configuration was made; nothing
/// that a peer has written is in them. There is no exporter: an application reads
/// [`snapshot`](Self::snapshot), or [`CounterValues::samples`], into the one it has.
///
/// [`SessionConfig`]: crate::SessionConfig
#[derive(Clone, Default)]
pub struct Counters(Arc<Inner>);

#[derive(Default)]
struct Inner {
    sessions_started: AtomicU64,
    calls_started: AtomicU64,
    calls_succeeded: AtomicU64,
    calls_failed: AtomicU64,
    calls_refused: AtomicU64,
    messages_in: AtomicU64,
    bytes_in: AtomicU64,
    messages_out: AtomicU64,
    bytes_out: AtomicU64,
    /// What does not happen often.
    rare: Mutex<Rare>,
}

#[derive(Default)]
struct Rare {
    sessions_ended: Labelled,
    violations: Labelled,
    limit_hits: Labelled,
}

type Labelled = BTreeMap<&'static str, u64>;

/// What [`Counters`] said at one moment. They are read one after the other, so that a call may be
/// counted as started that is not yet counted as ended, never the other way round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CounterValues {
    /// Sessions that have begun.
    pub sessions_started: u64,
    /// Sessions that have ended, by [`Disconnect::kind`](crate::Disconnect::kind).
    pub sessions_ended: BTreeMap<&'static str, u64>,
    /// Violations of the protocol by peers, by [`Violation::kind`](crate::Violation::kind). Each
    /// has ended a session.
    pub violations: BTreeMap<&'static str, u64>,
    /// How often a peer met a limit, by the name of the field of [`Limits`](crate::Limits).
    pub limit_hits: BTreeMap<&'static str, u64>,
    /// Calls and reads by peers that were let in.
    pub calls_started: u64,
    /// Calls and reads by peers that gave a value, or a promise of one elsewhere.
    pub calls_succeeded: u64,
    /// Calls and reads by peers that failed.
    pub calls_failed: u64,
    /// Calls and reads by peers that were not let in, because of a limit.
    pub calls_refused: u64,
    /// Messages of peers; those of the turn that a session is having come when that ends.
    pub messages_in: u64,
    /// Bytes of those messages, without what a transport adds.
    pub bytes_in: u64,
    /// Messages to peers, counted like theirs.
    pub messages_out: u64,
    /// Bytes of those messages, without what a transport adds.
    pub bytes_out: u64,
}

/// One number, as exporters want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CounterSample {
    /// The name of the field of [`CounterValues`].
    pub name: &'static str,
    /// What of it is counted, by the name of the label: `("kind", "malformed")`.
    pub label: Option<(&'static str, &'static str)>,
    /// The number.
    pub value: u64,
}

/// What has passed through one session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) messages_in: u64,
    pub(crate) bytes_in: u64,
    pub(crate) messages_out: u64,
    pub(crate) bytes_out: u64,
}

impl Passed {
    /// Returns what of it is not in what had passed before.
    pub(crate) const fn since(self, before: Self) -> Self {
        Self {
            messages_in: self.messages_in.saturating_sub(before.messages_in),
            bytes_in: self.bytes_in.saturating_sub(before.bytes_in),
            messages_out: self.messages_out.saturating_sub(before.messages_out),
            bytes_out: self.bytes_out.saturating_sub(before.bytes_out),
        }
    }
}

impl Counters {
    /// Reads all counters.
    pub fn snapshot(&self) -> CounterValues {
        let inner = &self.0;
        let read = |counter: &AtomicU64| counter.load(Ordering::Acquire);
        // What ends before what starts.
        let (calls_succeeded, calls_failed) =
            (read(&inner.calls_succeeded), read(&inner.calls_failed));
        let rare = self.rare();
        CounterValues {
            sessions_ended: rare.sessions_ended.clone(),
            violations: rare.violations.clone(),
            limit_hits: rare.limit_hits.clone(),
            sessions_started: read(&inner.sessions_started),
            calls_started: read(&inner.calls_started),
            calls_succeeded,
            calls_failed,
            calls_refused: read(&inner.calls_refused),
            messages_in: read(&inner.messages_in),
            bytes_in: read(&inner.bytes_in),
            messages_out: read(&inner.messages_out),
            bytes_out: read(&inner.bytes_out),
        }
    }

    pub(crate) fn session_started(&self) {
        add(&self.0.sessions_started, 1);
    }

    pub(crate) fn session_ended(&self, reason: &Disconnect) {
        let mut rare = self.rare();
        count(&mut rare.sessions_ended, reason.kind());
        if let Disconnect::Violation(violation) = reason {
            count(&mut rare.violations, violation.kind());
        }
        if let Some(limit) = reason.limit() {
            count(&mut rare.limit_hits, limit);
        }
    }

    pub(crate) fn limit_hit(&self, limit: &'static str) {
        count(&mut self.rare().limit_hits, limit);
    }

    pub(crate) fn call_started(&self) {
        add(&self.0.calls_started, 1);
    }

    pub(crate) fn call_refused(&self, limit: &'static str) {
        add(&self.0.calls_refused, 1);
        self.limit_hit(limit);
    }

    pub(crate) fn call_ended<T, E>(&self, outcome: &Result<T, E>) {
        match outcome {
            Ok(_) => add(&self.0.calls_succeeded, 1),
            Err(_) => add(&self.0.calls_failed, 1),
        }
    }

    pub(crate) fn passed(&self, more: Passed) {
        let Inner {
            messages_in,
            bytes_in,
            messages_out,
            bytes_out,
            ..
        } = self.0.as_ref();
        for (counter, more) in [
            (messages_in, more.messages_in),
            (bytes_in, more.bytes_in),
            (messages_out, more.messages_out),
            (bytes_out, more.bytes_out),
        ] {
            add(counter, more);
        }
    }

    fn rare(&self) -> MutexGuard<'_, Rare> {
        self.0.rare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CounterValues {
    /// Returns all of it, number by number, under stable names.
    pub fn samples(&self) -> impl Iterator<Item = CounterSample> + '_ {
        let plain = [
            ("sessions_started", self.sessions_started),
            ("calls_started", self.calls_started),
            ("calls_succeeded", self.calls_succeeded),
            ("calls_failed", self.calls_failed),
            ("calls_refused", self.calls_refused),
            ("messages_in", self.messages_in),
            ("bytes_in", self.bytes_in),
            ("messages_out", self.messages_out),
            ("bytes_out", self.bytes_out),
        ];
        let labelled = [
            ("sessions_ended", "reason", &self.sessions_ended),
            ("violations", "kind", &self.violations),
            ("limit_hits", "limit", &self.limit_hits),
        ];
        let plain = plain.into_iter().map(|(name, value)| CounterSample {
            name,
            label: None,
            value,
        });
        plain.chain(labelled.into_iter().flat_map(|(name, label, values)| {
            values.iter().map(move |(of, value)| CounterSample {
                name,
                label: Some((label, of)),
                value: *value,
            })
        }))
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

fn add(counter: &AtomicU64, amount: impl TryInto<u64>) {
    counter.fetch_add(amount.try_into().unwrap_or(u64::MAX), Ordering::Release);
}

fn count(counters: &mut Labelled, label: &'static str) {
    let counter = counters.entry(label).or_default();
    *counter = counter.saturating_add(1);
}
