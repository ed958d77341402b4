//! A code tells one variant from all others.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, RpcError)]
pub enum StorageError {
    NotFound,
    #[rpc(code = "NotFound")]
    Gone,
    #[rpc(other)]
    Other(Error),
}

fn main() {}
