//! The handle to a session: who is at the other end, how it is doing, and its end.

use std::fmt;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tracing::Span;

use super::Stub;
use super::cap::{Cap, OnBroken, Outcome};
use super::hardening::Unsettled;
use super::promise::PromiseCell;
use crate::counters::Counters;
use crate::error::{Disconnect, Error};
use crate::ids::ExportId;

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

/// How a session is doing: the sizes of its tables, and what has passed through it.
///
/// A session on which nothing is alive counts one import and one export: the two main objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionStats {
    /// What we hold of the peer's.
    pub imports: usize,
    /// What the peer holds of ours.
    pub exports: usize,
    /// Calls of the peer's that have started and not settled.
    pub calls_in_flight: usize,
    /// Streams that the peer writes to and that have not ended.
    pub streams_in: usize,
    /// Streams that are written to the peer and that have not ended. With `streams_in`, this is what
    /// [`Limits::max_streams`](crate::Limits::max_streams) is about.
    pub streams_out: usize,
    /// Messages that have come.
    pub messages_in: u64,
    /// Bytes of them.
    pub bytes_in: u64,
    /// Messages that have gone, or wait to.
    pub messages_out: u64,
    /// Bytes of them.
    pub bytes_out: u64,
    /// About how many bytes wait to be written to the peer.
    pub queued_bytes: usize,
    /// How long ago the session began.
    pub age: Duration,
    /// How long ago a message last came or went.
    pub idle: Duration,
}

/// What the connection layer lends to the layers below it.
pub(crate) trait SessionControl: Send + Sync + 'static {
    fn id(&self) -> u64;
    fn span(&self) -> &Span;
    fn counters(&self) -> &Counters;
    fn peer(&self) -> &Peer;
    fn max_handler_time(&self) -> Option<Duration>;
    fn stats(&self) -> SessionStats;
    fn drain(&self) -> Pin<Box<dyn Future<Output = Result<(), Disconnect>> + Send + '_>>;
    fn on_broken(&self, callback: OnBroken);
    fn peer_main(&self) -> Option<Cap>;
    fn is_ended(&self) -> bool;
    fn unsettled(&self) -> &Unsettled;
    /// Gives the peer the value of an export that it waits for.
    fn answer(&self, export: ExportId, outcome: &Arc<Outcome>);
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

    /// Returns the sizes of the session's tables, and what has passed through it.
    pub fn stats(&self) -> SessionStats {
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

    /// Waits until everything that the peer waits for was sent: every result that it has asked for,
    /// and every promise that it was given.
    ///
    /// Calls whose results nobody has asked for are not waited for, and new ones are not kept from
    /// coming in. To end a session without cutting anything off, drain it, then close it.
    ///
    /// # Errors
    ///
    /// When the session has ended, or ends meanwhile.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the waiting and nothing else.
    pub async fn drain(&self) -> Result<(), Disconnect> {
        self.0.drain().await
    }

    /// Runs `callback` when the session ends, with the reason; at once if it has ended.
    ///
    /// Callbacks run in the order in which they were registered, here and with
    /// [`Stub::on_broken`], before anything that waits for the session fails.
    pub fn on_broken(&self, callback: impl FnOnce(&Disconnect) + Send + 'static) {
        self.0.on_broken(Box::new(|error| {
            // A session has no other end.
            if let Error::Disconnected(reason) = error {
                callback(reason);
            }
        }));
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
