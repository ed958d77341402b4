//! What can be seen instead of what was expected.

use std::io;
use std::time::Duration;

use capnweb_runtime::{ConnectError, Error};
use thiserror::Error;

use crate::caps::ResourceError;
use crate::resources::network::EntrySyntax;
use crate::service::StartError;

/// What was seen instead of what a step expects.
#[derive(Debug, Error)]
pub(super) enum Miss {
    /// A call has failed.
    #[error("{0}")]
    Call(#[from] Error),
    /// A resource has failed.
    #[error("{0}")]
    Resource(#[from] ResourceError),
    /// Something is not what it should be.
    #[error("{seen} instead of {expected}")]
    Unequal {
        /// What it is.
        seen: String,
        /// What it should be.
        expected: String,
    },
    /// Something does not hold.
    #[error("not so: {0}")]
    Untrue(&'static str),
    /// Something was done that had to be refused.
    #[error("not refused: {0}")]
    NotRefused(String),
    /// Something was refused, but not for the reason expected.
    #[error("refused with `{said}` instead of something about `{words}`")]
    OtherReason {
        /// What was said.
        said: String,
        /// What the reason is about.
        words: &'static str,
    },
    /// Nothing has happened for too long.
    #[error("nothing for {0:?}")]
    Silence(Duration),
    /// What was to be heard of will never come.
    #[error("there is nobody left to hear from")]
    NobodyLeft,
    /// A server does not start.
    #[error("the server does not start: {0}")]
    Start(#[from] StartError),
    /// A server cannot be connected to.
    #[error("no connection: {0}")]
    Connect(#[from] ConnectError),
    /// The operating system has refused something.
    #[error("the operating system says: {0}")]
    Io(#[from] io::Error),
    /// The web server's address is no host and port.
    #[error(transparent)]
    Entry(#[from] EntrySyntax),
}
