//! How the program fails.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::service::StartError;

/// Why the program could not do what it was told to.
#[derive(Debug, Error)]
pub enum RunError {
    /// The place to listen at cannot be listened at.
    #[error("cannot listen at `{place}`, which should be HOST:PORT: {source}")]
    Listen {
        /// The place.
        place: String,
        /// Why not.
        source: io::Error,
    },
    /// An open door was asked for where others could come in.
    #[error(
        "`--open` gives everybody who connects full power over the queue, so it is refused at \
         {0}, which others can reach; listen at 127.0.0.1, or leave it out"
    )]
    OpenToOthers(String),
    /// The data directory cannot be made.
    #[error("the data directory {data} cannot be made: {source}")]
    Data {
        /// The directory.
        data: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The queue does not start.
    #[error("the queue does not start with its data in {data}: {source}")]
    Start {
        /// Its data directory.
        data: PathBuf,
        /// Why not.
        source: StartError,
    },
    /// The roles' secrets cannot be written.
    #[error("the secrets cannot be written to {data}: {source}")]
    Secrets {
        /// The data directory.
        data: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The signals to stop cannot be waited for.
    #[error("signals cannot be waited for: {0}")]
    Signals(#[source] io::Error),
    /// The server has failed for good.
    #[error("the server cannot go on: {0}")]
    Serve(#[source] io::Error),
    /// There is nobody to read what the program says.
    #[error("the output cannot be written: {0}")]
    Output(#[source] io::Error),
}
