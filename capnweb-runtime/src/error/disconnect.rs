//! Why a session ended.

use std::sync::Arc;
use std::time::Duration;

use super::violation::Violation;

/// Why a session ended. Every call that was in flight fails with it, and so does every later use
/// of anything the session held.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Disconnect {
    /// The peer broke the protocol.
    #[error("{0}")]
    Violation(Arc<Violation>),
    /// The peer ended the session with an error.
    #[error("{message}")]
    AbortedByPeer {
        /// The class name of the error it gave.
        class: crate::value::ErrorClass,
        /// The error's text.
        message: Arc<str>,
    },
    /// The peer closed the connection.
    #[error("Peer closed WebSocket: {code} {reason}")]
    ClosedByPeer {
        /// The WebSocket close code; 1006 if the connection just ended.
        code: u16,
        /// What the peer said.
        reason: Arc<str>,
    },
    /// The peer, in this process, is gone.
    #[error("The peer ended the session.")]
    PeerGone,
    /// The connection failed.
    #[error("WebSocket connection failed.")]
    Transport(#[source] Arc<std::io::Error>),
    /// Nothing was heard of the peer, although it was asked for a sign of life.
    #[error("The peer does not answer: nothing was heard of it for {} ms.", after.as_millis())]
    Unresponsive {
        /// How long.
        after: Duration,
    },
    /// The one exchange of an HTTP batch is over: what was not answered by then, never will be.
    #[error("Batch RPC request ended.")]
    BatchEnded,
    /// The server did not accept a batch, or the connection of a
    /// [`ReconnectingClient`](crate::ReconnectingClient).
    #[error("RPC request failed: {status} {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server calls it.
        reason: Arc<str>,
    },
    /// A batch could not be sent, or its answer not be read.
    #[error("The batch request failed: {0}")]
    Request(#[source] Arc<std::io::Error>),
    /// A batch was not sent, because one of its streams is longer than what may be sent of it without
    /// being acknowledged, 256 KiB or a little more: in a batch nothing is (protocol T-27). Blobs and
    /// bodies of requests are streams, too, if they are long.
    #[error("A stream is too long for a batch, in which nothing is acknowledged: use a WebSocket.")]
    StreamTooLong,
    /// The last handle to the peer's main object was dropped here.
    #[error("RPC session was shut down by disposing the main stub")]
    Shutdown,
    /// This side closed the session.
    #[error("{0}")]
    Closed(Arc<str>),
    /// The peer did not read what was sent to it.
    #[error("The peer does not read: more than {limit} bytes are waiting for it.")]
    OutgoingQueueFull {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// The side whose doing the end of a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is nobody else")]
pub enum Fault {
    /// The other end.
    Peer,
    /// This end.
    Local,
    /// The network between them.
    Transport,
}

impl Disconnect {
    /// Returns the name of the way it ended, which is not more than a variant of this enum: fit for
    /// logs and counters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Violation(_) => "violation",
            Self::AbortedByPeer { .. } => "aborted_by_peer",
            Self::ClosedByPeer { .. } => "closed_by_peer",
            Self::PeerGone => "peer_gone",
            Self::Transport(_) => "transport",
            Self::Unresponsive { .. } => "unresponsive",
            Self::BatchEnded => "batch_ended",
            Self::Refused { .. } => "refused",
            Self::Request(_) => "request",
            Self::StreamTooLong => "stream_too_long",
            Self::Shutdown => "shutdown",
            Self::Closed(_) => "closed",
            Self::OutgoingQueueFull { .. } => "outgoing_queue_full",
        }
    }

    /// Returns the name of the limit that the peer met, if that is why.
    pub(crate) fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Violation(violation) => violation.limit(),
            Self::OutgoingQueueFull { .. } => Some("max_outgoing_bytes"),
            _ => None,
        }
    }

    /// Returns whether nothing is sent any more from then on: the connection is gone, or nobody is at
    /// its other end. Otherwise what was said before the end still goes out.
    pub(crate) const fn is_cut(&self) -> bool {
        match self {
            Self::AbortedByPeer { .. }
            | Self::ClosedByPeer { .. }
            | Self::PeerGone
            | Self::Transport(_)
            | Self::Unresponsive { .. }
            | Self::OutgoingQueueFull { .. } => true,
            Self::Violation(_)
            | Self::BatchEnded
            | Self::Refused { .. }
            | Self::Request(_)
            | Self::StreamTooLong
            | Self::Shutdown
            | Self::Closed(_) => false,
        }
    }

    /// Returns whose doing it was.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Violation(_)
            | Self::AbortedByPeer { .. }
            | Self::ClosedByPeer { .. }
            | Self::PeerGone
            | Self::Refused { .. }
            | Self::OutgoingQueueFull { .. } => Fault::Peer,
            Self::StreamTooLong | Self::Shutdown | Self::Closed(_) => Fault::Local,
            Self::Transport(_)
            | Self::Unresponsive { .. }
            | Self::Request(_)
            | Self::BatchEnded => Fault::Transport,
        }
    }
}

impl From<Violation> for Disconnect {
    fn from(violation: Violation) -> Self {
        Self::Violation(Arc::new(violation))
    }
}
