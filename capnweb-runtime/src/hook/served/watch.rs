//! What is told of a call to whoever listens, by `tracing`.
//!
//! Names that the program declares, and how it went: nothing that a peer has written, and nothing
//! of what is passed, returned or thrown.

use std::time::{Duration, Instant};

use tracing::field::{Empty, display};
use tracing::{Span, info_span};

use crate::hook::cap::Outcome;
use crate::hook::note::Note;
use crate::hook::session::Session;

/// A method, as far as it is told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    /// The interface it is declared in; empty for a function.
    pub(super) interface: &'static str,
    /// Its name on the wire.
    pub(super) name: &'static str,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    Failed,
    Panicked,
    Cancelled,
    TimedOut,
}

/// The watch over one call.
pub(super) struct Watch {
    span: Span,
    /// None if nobody listens.
    begun: Option<Instant>,
}

impl Watch {
    /// Begins to watch a call, within its session's span; a call in this process is within that of
    /// its caller.
    pub(super) fn begin(method: Method, session: Option<&Session>, note: Option<&Note>) -> Self {
        let Method { interface, name } = method;
        let span = if let Some(session) = session {
            info_span!(
                parent: session.span(),
                "call",
                interface,
                method = name,
                session = session.id(),
                lineage = Empty,
                outcome = Empty,
                duration_us = Empty,
            )
        } else {
            info_span!(
                "call",
                interface,
                method = name,
                outcome = Empty,
                duration_us = Empty,
            )
        };
        if let Some(note) = note.filter(|_| !span.is_disabled()) {
            span.record("lineage", display(note.lineage()));
        }
        let begun = (!span.is_disabled()).then(Instant::now);
        Self { span, begun }
    }

    /// Returns the span that the handler is to run in.
    pub(super) const fn span(&self) -> &Span {
        &self.span
    }

    /// Notes how the call ended.
    pub(super) fn end(&self, end: End) {
        if let Some(begun) = self.begun {
            self.span.record("outcome", end.name());
            self.span.record("duration_us", micros(begun.elapsed()));
        }
    }
}

impl End {
    pub(super) const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Ok(_) => Self::Answered,
            Err(_) => Self::Failed,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Answered => "ok",
            Self::Failed => "error",
            Self::Panicked => "panicked",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
