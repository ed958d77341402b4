//! How storage says no.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::resources::FencingToken;
use crate::resources::storage::object::Version;

/// Why the storage has not done what it was asked to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is no object under that key.
    #[error("key `{key}` not found")]
    NotFound {
        /// The key.
        key: String,
    },
    /// The key is too long.
    #[error("a key of {bytes} bytes is longer than the {max} allowed")]
    KeyTooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// The value is too large.
    #[error("a value of {bytes} bytes is larger than the {max} allowed")]
    ValueTooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// The stream has brought more than an object may have.
    #[error("the stream has brought more than the {max} bytes allowed")]
    StreamTooLong {
        /// How many it may bring.
        max: u64,
    },
    /// The value nests so deep that it could not be read back.
    #[error("a value may nest {max} deep at most")]
    ValueTooDeep {
        /// How deep it may nest.
        max: usize,
    },
    /// What is under the key is bytes, which is no value.
    #[error("under key `{key}` are bytes, not a value: open it to read them")]
    NotAValue {
        /// The key.
        key: String,
    },
    /// There are more keys than an answer holds.
    #[error("there are more than {max} keys: ask for them in pages")]
    TooManyKeys {
        /// How many an answer holds.
        max: usize,
    },
    /// There are as many objects as there may be.
    #[error("the storage is full: it holds {max} objects")]
    Full {
        /// How many there may be.
        max: usize,
    },
    /// There are as many bytes as there may be.
    #[error("the storage is full: it holds up to {max} bytes")]
    NoRoom {
        /// How many there may be.
        max: u64,
    },
    /// As many streams are open as may be.
    #[error("{max} streams are being {what} already")]
    TooManyStreams {
        /// What is done with them: `read` or `written`.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// The stream brought nothing for too long.
    #[error("the stream has brought nothing for {idle:?}")]
    Stalled {
        /// How long it may bring nothing.
        idle: Duration,
    },
    /// The stream failed before its end.
    #[error("the stream has failed: {reason}")]
    Broken {
        /// What its sender says.
        reason: String,
    },
    /// The object is not the one that the writer expected.
    #[error("key `{key}` was changed by somebody else")]
    Changed {
        /// The key.
        key: String,
        /// What is there instead; nothing, if there is no object.
        found: Option<Version>,
    },
    /// Others have changed the object again and again while it was to be changed.
    #[error("key `{key}` is being changed by too many at once")]
    Contended {
        /// The key.
        key: String,
    },
    /// The writer's lock is not its own any more.
    #[error("the lock for `{key}` has passed on: token {given} is older than {newest}")]
    StaleToken {
        /// The key.
        key: String,
        /// The token that was shown.
        given: FencingToken,
        /// The greatest that was ever shown.
        newest: FencingToken,
    },
    /// The object is not one that this storage has written.
    #[error("the object under `{key}` is damaged")]
    Damaged {
        /// The key.
        key: String,
    },
    /// The directory is in use by another process, or by another storage of this one.
    #[error("the storage's directory is in use")]
    InUse,
    /// The file system has failed.
    #[error("the storage cannot be reached")]
    Io(#[from] io::Error),
    /// The runtime is shutting down.
    #[error("the storage is shutting down")]
    ShuttingDown,
}

impl StorageError {
    /// Says the same of the key as its user knows it: the whole key is not for everybody's eyes.
    #[must_use]
    pub(super) fn about(mut self, known_as: &str) -> Self {
        match &mut self {
            Self::NotFound { key }
            | Self::NotAValue { key }
            | Self::Changed { key, .. }
            | Self::Contended { key }
            | Self::StaleToken { key, .. }
            | Self::Damaged { key } => known_as.clone_into(key),
            _ => {}
        }
        self
    }

    pub(super) fn not_found(key: &str) -> Self {
        let key = key.to_owned();
        Self::NotFound { key }
    }

    pub(super) fn damaged(key: &str) -> Self {
        let key = key.to_owned();
        Self::Damaged { key }
    }
}
