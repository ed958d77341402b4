//! The ways in which a peer can break the protocol.

use crate::ids::WireId;
use crate::value::ErrorClass;
use crate::wire::DecodeError;

/// One way to break the protocol. It ends the session it happens in, and is told to the peer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The message cannot be read.
    #[error("{0}")]
    Malformed(#[from] DecodeError),
    /// `pull` or `release` names an export that does not exist.
    #[error("no such export ID: {0}")]
    NoSuchExport(WireId),
    /// An expression names an export that does not exist.
    #[error("no such entry on exports table: {0}")]
    NoSuchEntry(WireId),
    /// More was released than was introduced.
    #[error("refcount would go negative: {held} < {released}")]
    RefcountUnderflow {
        /// Introductions that were left.
        held: u64,
        /// Introductions that were to be released.
        released: f64,
    },
    /// A release counts something other than a positive whole number.
    #[error("release count must be a positive integer: {}", WireId(*.0))]
    BadReleaseCount(f64),
    /// Something was introduced under an id that its sender does not allocate.
    #[error("introduced ids must be negative integers: {0}")]
    BadIntroduction(WireId),
    /// Something was resolved that is no promise.
    #[error("resolved something that is not an unsettled promise: {0}")]
    NotAPromise(WireId),
    /// The peer made more calls whose results it did not release than it may.
    #[error("too many live exports: more than {limit}")]
    TooManyExports {
        /// The limit.
        limit: usize,
    },
    /// The peer introduced more than it may.
    #[error("too many live imports: more than {limit}")]
    TooManyImports {
        /// The limit.
        limit: usize,
    },
    /// An expression takes the end of a pipe that is no pipe, or whose end was taken.
    #[error("Export {0} is not a pipe or its readable end was already consumed.")]
    NotAPipe(WireId),
    /// The peer made more streams that have not ended than it may.
    #[error("too many open streams: more than {limit}")]
    TooManyStreams {
        /// The limit.
        limit: usize,
    },
    /// The peer put streams into the chunks of streams deeper than it may.
    #[error("streams are nested too deeply: more than {limit} levels")]
    StreamsTooDeep {
        /// The limit.
        limit: usize,
    },
    /// The peer wrote more to streams than may lie unread, without heed of their flow control.
    #[error("too much lies unread in streams: more than {limit} bytes")]
    TooManyUnreadBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The peer made us keep more than it may.
    #[error("too much is kept for the peer: more than {limit} bytes")]
    TooManyRetainedBytes {
        /// The limit, in bytes.
        limit: usize,
    },
    /// A WebSocket message was binary.
    #[error("messages must be text, not binary")]
    BinaryMessage,
    /// A WebSocket text message was not UTF-8.
    #[error("Incoming message is not UTF-8.")]
    NotUtf8,
    /// A WebSocket message was larger than it may be.
    #[error("Incoming message exceeds maximum size of {limit} bytes.")]
    FrameTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl Violation {
    /// Returns the name of the violation, which is not more than a variant of this enum: fit for
    /// logs and counters.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NoSuchExport(_) => "no_such_export",
            Self::NoSuchEntry(_) => "no_such_entry",
            Self::RefcountUnderflow { .. } => "refcount_underflow",
            Self::BadReleaseCount(_) => "bad_release_count",
            Self::BadIntroduction(_) => "bad_introduction",
            Self::NotAPromise(_) => "not_a_promise",
            Self::NotAPipe(_) => "not_a_pipe",
            Self::TooManyExports { .. } => "too_many_exports",
            Self::TooManyImports { .. } => "too_many_imports",
            Self::TooManyRetainedBytes { .. } => "too_many_retained_bytes",
            Self::TooManyStreams { .. } => "too_many_streams",
            Self::StreamsTooDeep { .. } => "streams_too_deep",
            Self::TooManyUnreadBytes { .. } => "too_many_unread_bytes",
            Self::BinaryMessage => "binary_message",
            Self::NotUtf8 => "not_utf8",
            Self::FrameTooLarge { .. } => "frame_too_large",
        }
    }

    /// Returns the name of the limit that the peer met, if that is what it did.
    pub(crate) const fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Malformed(error) => error.limit(),
            Self::TooManyExports { .. } => Some("max_exports"),
            Self::TooManyImports { .. } => Some("max_imports"),
            Self::TooManyRetainedBytes { .. } => Some("max_retained_bytes"),
            Self::TooManyStreams { .. } => Some("max_streams"),
            Self::StreamsTooDeep { .. } => Some("max_stream_depth"),
            Self::TooManyUnreadBytes { .. } => Some("max_unread_bytes"),
            Self::FrameTooLarge { .. } => Some("max_frame_bytes"),
            _ => None,
        }
    }

    /// Returns the class of the error that the peer is told.
    pub const fn class(&self) -> ErrorClass {
        match self {
            Self::Malformed(error) => error.class(),
            Self::BinaryMessage | Self::NotUtf8 => ErrorClass::SyntaxError,
            Self::FrameTooLarge { .. } => ErrorClass::TypeError,
            _ => ErrorClass::Error,
        }
    }
}
