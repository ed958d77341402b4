//! Every remote call can also fail on the way.

use capnweb_runtime::RpcError;

#[derive(Debug, RpcError)]
pub enum StorageError {
    NotFound { key: String },
    Full,
}

fn main() {}
