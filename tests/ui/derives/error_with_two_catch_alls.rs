//! One variant holds what is none of the others.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, RpcError)]
pub enum StorageError {
    #[rpc(other)]
    Transport(Error),
    #[rpc(other)]
    Other(Error),
}

fn main() {}
