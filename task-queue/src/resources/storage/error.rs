//! How storage says no.

use std::io;

use thiserror::Error;

use crate::resources::FencingToken;
use crate::resources::storage::object::Version;

/// Why the storage has not done what it was asked to do.
#[derive(Debug, Error)]
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
    /// The value nests so deep that it could not be read back.
    #[error("a value may nest {max} deep at most")]
    ValueTooDeep {
        /// How deep it may nest.
        max: usize,
    },
    /// There are as many objects as there may be.
    #[error("the storage is full: it holds {max} objects")]
    Full {
        /// How many there may be.
        max: usize,
    },
    /// The object is not the one that the writer expected.
    #[error("key `{key}` was changed by somebody else")]
    Changed {
        /// The key.
        key: String,
        /// What is there instead; nothing, if there is no object.
        found: Option<Version>,
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
    /// The file of that object is not one that this storage has written.
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
