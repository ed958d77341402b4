//! The handle to a session: who is at the other end, how it is doing, and its end.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tracing::Span;

use super::Stub;
use super::cap::Cap;
use super::promise::PromiseCell;
use super::unsettled::Unsettled;
use crate::counters::Counters;
use crate::error::Disconnect;

/// A handle to one session: a connection to one peer.
///
/// Cloning it does not keep the session open, and dropping it does not close it.
#[derive(Clone)]
pub struct Session(Arc<dyn SessionControl>);

/// What is known of the other end of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// The address the connection came from; none for a session in this process, and none on the
    /// side that connected.
    pub address: Option<SocketAddr>,
}

/// Sizes of a session's tables. A session on which nothing is alive counts one of each: the two
/// main objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// What we hold of the peer's.
    pub imports: usize,
    /// What the peer holds of ours.
    pub exports: usize,
}

/// What the connection layer lends to the layers below it.
pub(crate) trait SessionControl: Send + Sync + 'static {
    fn id(&self) -> u64;
    fn span(&self) -> &Span;
    fn counters(&self) -> &Counters;
    fn peer(&self) -> &Peer;
    fn max_handler_time(&self) -> Option<Duration>;
    fn stats(&self) -> Stats;
    fn peer_main(&self) -> Option<Cap>;
    fn is_ended(&self) -> bool;
    fn unsettled(&self) -> &Unsettled;
    fn close(&self, reason: &str);
    fn closed(&self) -> Pin<Box<dyn Future<Output = Disconnect> + Send + '_>>;
}

impl Session {
    pub(crate) fn new(control: Arc<dyn SessionControl>) -> Self {
        Self(control)
    }

    /// Notes that a result has to wait in a queue; returns whether the session is still there.
    pub(super) fn has_to_wait(&self, result: &Arc<PromiseCell>) -> bool {
        self.0.unsettled().note(result)
    }

    /// Returns the peer's main object; none once it was let go of, or the session has ended.
    pub(crate) fn peer_main_stub(&self) -> Option<Stub> {
        self.0.peer_main().map(Stub::of)
    }

    /// Returns the number of the session, which no other of this process has: it is the field
    /// `session` of the spans of its calls.
    pub fn id(&self) -> u64 {
        self.0.id()
    }

    /// Returns the span that everything happens in which the session does.
    pub(crate) fn span(&self) -> &Span {
        self.0.span()
    }

    /// Returns what counts what happens in the session.
    pub(super) fn counters(&self) -> &Counters {
        self.0.counters()
    }

    /// Returns what is known of the other end.
    pub fn peer(&self) -> &Peer {
        self.0.peer()
    }

    /// Returns how many entries the session's tables hold.
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }

    /// Returns how long a handler may take.
    pub(super) fn max_handler_time(&self) -> Option<Duration> {
        self.0.max_handler_time()
    }

    /// Returns whether the session has ended.
    pub(crate) fn is_ended(&self) -> bool {
        self.0.is_ended()
    }

    /// Ends the session: calls in flight on both sides fail, and everything exported is let go.
    /// `reason` is told to the peer.
    pub fn close(&self, reason: &str) {
        self.0.close(reason);
    }

    /// Waits until the session has ended, and returns why.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn closed(&self) -> Disconnect {
        self.0.closed().await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("peer", self.peer())
            .finish_non_exhaustive()
    }
}
