//! An error of a remote call has variants.

use capnweb_runtime::RpcError;

#[derive(Debug, RpcError)]
pub struct StorageError {
    key: String,
}

fn main() {}
