//! An error says what happened.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, RpcError)]
pub enum StorageError {
    Full,
    #[rpc(other)]
    Other(Error),
}

fn main() {}
