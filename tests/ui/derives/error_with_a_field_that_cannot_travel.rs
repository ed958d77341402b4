//! A field is told to whoever called: an error of somebody else's goes into the catch-all.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, thiserror::Error, RpcError)]
pub enum ConfigError {
    #[error("the file cannot be read")]
    Unreadable(#[from] std::io::Error),
    #[error(transparent)]
    #[rpc(other)]
    Other(#[from] Error),
}

fn main() {}
