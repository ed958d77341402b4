//! How a resource fails.

use capnweb_runtime::{Error, RpcError};

/// Why a resource has not done what it was asked to do.
#[derive(Debug, Clone, thiserror::Error, RpcError)]
pub enum ResourceError {
    /// What was asked for does not exist.
    #[error("{detail}")]
    NotFound {
        /// What is missing.
        detail: String,
    },
    /// What was asked for is not allowed.
    #[error("{detail}")]
    Denied {
        /// What is not allowed.
        detail: String,
    },
    /// What was handed in is not what it should be.
    #[error("{detail}")]
    Invalid {
        /// What is wrong with it.
        detail: String,
    },
    /// Somebody else was first: what was expected does not hold, or not any more.
    #[error("{detail}")]
    Conflict {
        /// What does not hold.
        detail: String,
    },
    /// It could not be done now.
    #[error("{detail}")]
    Unavailable {
        /// What stands in the way.
        detail: String,
    },
    /// The reference was revoked, the connection was lost, or the like.
    #[error("{0}")]
    #[rpc(other)]
    Other(Error),
}
