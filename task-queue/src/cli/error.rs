//! How the program fails.

use std::io;
use std::path::PathBuf;

use capnweb_runtime::{ConnectError, Error as CallError};
use thiserror::Error;

use crate::cli::config::ConfigError;
use crate::cli::link::LinkError;
use crate::cli::tls::TlsError;
use crate::resources::network::NotACertificate;
use crate::service::StartError;
use crate::store::StoreError;
use crate::worker::WorkerError;

/// Why the program could not do what it was told to.
#[derive(Debug, Error)]
pub enum RunError {
    /// The settings make no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
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
    /// The certificates of the authorities cannot be read.
    #[error("the certificates in {file} cannot be read: {source}")]
    Authorities {
        /// Their file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There are no certificates in a file that should hold some.
    #[error("{file} is no file of certificates: {source}")]
    NoAuthorities {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: NotACertificate,
    },
    /// The queue does not start.
    #[error("the queue does not start with its data in {data}: {source}")]
    Start {
        /// Its data directory.
        data: PathBuf,
        /// Why not.
        source: StartError,
    },
    /// The pools cannot be set as the settings say.
    #[error("the pools cannot be set as the settings say: {0}")]
    Pools(#[source] CallError),
    /// There is no reference for the supervisor.
    #[error("there is no reference for the supervisor in {data}: {source}")]
    Link {
        /// The data directory.
        data: PathBuf,
        /// Why not.
        source: LinkError,
    },
    /// The log cannot be written.
    #[error("the log cannot be begun: {0}")]
    Log(#[source] io::Error),
    /// A certificate cannot be used.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The signals to stop cannot be waited for.
    #[error("signals cannot be waited for: {0}")]
    Signals(#[source] io::Error),
    /// The server has failed for good.
    #[error("the server cannot go on: {0}")]
    Serve(#[source] io::Error),
    /// The records cannot be copied.
    #[error("no backup of the queue in {data} was made as {file}: {source}")]
    Backup {
        /// The queue's data directory.
        data: PathBuf,
        /// The file that was to be made.
        file: PathBuf,
        /// Why not.
        source: StoreError,
    },
    /// The server that is to be measured does not start.
    #[error("the server to measure does not start: {0}")]
    BenchServer(#[source] io::Error),
    /// There is no file of a reference.
    #[error(
        "{file} cannot be read ({source}): name a file with a reference by `--access`, such as the \
         one that the server has written, or say `--open` if it is open"
    )]
    AccessFile {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file has no reference.
    #[error("{file} has no reference in it, such as `ws://127.0.0.1:8080/rpc/ws#cwref_…`")]
    NoLink {
        /// The file.
        file: PathBuf,
    },
    /// There is no reference in the environment's variable.
    #[error("{0} is no reference such as `ws://127.0.0.1:8080/rpc/ws#cwref_…`")]
    NotALink(&'static str),
    /// The queue cannot be reached.
    #[error("there is no queue to be reached at {url}: {source}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why not.
        source: ConnectError,
    },
    /// The queue has refused it.
    #[error("{0}")]
    Refused(#[source] CallError),
    /// The worker could not work, or not go on.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The worker was revoked.
    #[error("the worker was revoked")]
    WorkerRevoked,
    /// There is nobody to read what the program says.
    #[error("the output cannot be written: {0}")]
    Output(#[source] io::Error),
}

impl RunError {
    /// Returns what the program exits with.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 2,
            Self::Unreachable { .. } | Self::Worker(WorkerError::Unreachable(_)) => 3,
            Self::WorkerRevoked => 6,
            _ => 1,
        }
    }
}
