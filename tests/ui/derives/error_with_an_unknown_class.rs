//! A class of error exists in JavaScript.

use capnweb_runtime::{Error, RpcError};

#[derive(Debug, RpcError)]
#[rpc(class = "StorageError")]
pub enum StorageError {
    #[rpc(other)]
    Other(Error),
}

fn main() {}
