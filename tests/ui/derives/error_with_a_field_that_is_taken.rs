//! Every error has some properties of its own.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, RpcError)]
pub enum StorageError {
    Refused { message: String },
    #[rpc(other)]
    Other(Error),
}

fn main() {}
