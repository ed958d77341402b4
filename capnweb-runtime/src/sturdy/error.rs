//! Every way in which a sturdy reference cannot be made, kept or restored.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::Error;

/// A text is not that of a sturdy reference. It repeats nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidReference {
    /// It does not begin as one.
    #[error("a sturdy reference begins with `cwref_`")]
    NoReference,
    /// It is longer than any.
    #[error("the sturdy reference is longer than any can be")]
    TooLong,
    /// It has been cut or changed, or is of a later version.
    #[error("the sturdy reference is damaged")]
    Damaged,
    /// The address before it is none that can be connected to.
    #[error("a sturdy link begins with the address of a server: `wss://host/rpc#cwref_…`")]
    NoAddress,
}

/// Why a reference was not narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NarrowError {
    /// It has as many caveats as it can have.
    #[error("a sturdy reference has {0} caveats at most")]
    TooManyCaveats(usize),
    /// The caveat, or all of them together, are longer than a reference can be.
    #[error("the caveat is too long for a sturdy reference")]
    CaveatTooLong,
    /// The operating system gives no random bytes.
    #[error("there is no source of randomness")]
    NoRandomness,
}

/// Why a reference was not sealed.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A caveat does not fit.
    #[error(transparent)]
    Caveat(#[from] NarrowError),
    /// A caveat goes by a name that no member has, which is that on the wire: `getInfo`, where Rust says
    /// `get_info`.
    #[error("no member goes by the name {0:?} on the wire")]
    NoSuchMember(String),
    /// No maker for this kind is known: see [`Registry::maker`](super::Registry::maker).
    #[error("there is no maker for {0:?}")]
    NoMaker(String),
    /// The kind and the key are longer than the limit.
    #[error("the kind and the key of a sturdy reference have {0} bytes at most")]
    KeyTooLong(usize),
    /// The registry holds as many live capabilities as it may.
    #[error("the registry holds {0} live capabilities, which is the limit")]
    TooManyLive(usize),
    /// What was to be sealed is a stream, which cannot be handed out twice.
    #[error("a stream cannot be sealed")]
    Stream,
    /// The reference to derive from does not work.
    #[error("no such reference")]
    NoSuchReference,
    /// The references would be derived from one another in too many steps.
    #[error("references are derived from one another in {0} steps at most")]
    TooDeep(usize),
    /// The store has not kept it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a reference was not restored.
///
/// A peer is told of it with its message and `code`. Whether a reference is forged, unknown,
/// revoked, expired or used up is nothing that it could tell: all of these are one, and only the
/// registry's own [events](super::SturdyEvent) say which.
#[derive(Debug, Clone, thiserror::Error, capnweb_macros::RpcError)]
#[rpc(crate = "crate")]
#[non_exhaustive]
pub enum RestoreError {
    /// It does not work, or does not any more.
    #[error("no such reference")]
    #[rpc(code = "NO_SUCH_REFERENCE")]
    NoSuchReference,
    /// It is in order, but what it stood for has not survived a restart of the server.
    #[error("what the reference stood for is gone")]
    #[rpc(code = "REFERENCE_LOST")]
    Lost,
    /// It is in order, and for another interface than it was restored as.
    #[error("the reference is for another interface")]
    #[rpc(code = "WRONG_INTERFACE", class = "TypeError")]
    WrongInterface,
    /// Too many references that do not work were presented in this session. No reference is looked
    /// at until a minute has passed.
    #[error("too many references that do not work")]
    #[rpc(code = "TOO_MANY_ATTEMPTS")]
    TooManyAttempts,
    /// The maker, the store or the connection has failed.
    #[error(transparent)]
    #[rpc(other)]
    Other(#[from] Error),
}

/// Why a store has not done what it was asked to do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is a record of that name.
    #[error("there is such a record already")]
    Exists,
    /// There is no record of that name.
    #[error("there is no such record")]
    Missing,
    /// It has as many records as it may have.
    #[error("the store has {0} records, which is the limit")]
    TooManyRecords(usize),
    /// So many caveats of the record's count that no other can.
    #[error("{0} caveats of the record are counted, which is the limit")]
    TooManyCounters(usize),
    /// The medium has failed.
    #[error("the store has failed")]
    Io(#[source] Arc<io::Error>),
}

/// Why a [`FileStore`](super::FileStore) was not opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another store has it open, in this process or in another.
    #[error("{0} is in use by another process: only one may write to it")]
    InUse(PathBuf),
    /// It is something else.
    #[error("{0} is not a journal of sturdy references")]
    Foreign(PathBuf),
    /// A line of it is not as it was written.
    #[error(
        "line {line} of {path} is damaged: restore the file from a backup; without that line, a \
         reference that was revoked might work again"
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, counted from 1.
        line: u64,
    },
    /// The file cannot be read or written.
    #[error("{path} cannot be used")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}

/// A peer is told that there was an internal error.
impl From<StoreError> for RestoreError {
    fn from(error: StoreError) -> Self {
        Self::Other(Error::from(io::Error::other(error)))
    }
}

/// For methods that seal: a peer is told of what it could have done otherwise, and of the rest that
/// there was an internal error.
impl From<SealError> for Error {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Store(_) | SealError::NoMaker(_) => Self::from(io::Error::other(error)),
            SealError::NoSuchReference => RestoreError::NoSuchReference.into(),
            other => Self::new(other.to_string()),
        }
    }
}
