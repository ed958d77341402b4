//! An error comes back as the variant it was sent as.

use capnweb_runtime::{Error, Promise, Result, RpcError, capability};

#[derive(Debug, RpcError)]
#[rpc(class = "RangeError")]
pub enum StorageError {
    NotFound { key: String, tried_at: Option<f64> },
    Full,
    #[rpc(code = "E2BIG", class = "TypeError")]
    TooLarge(f64),
    #[rpc(other)]
    Other(Error),
}

impl std::fmt::Display for StorageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

#[capability]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String, StorageError>;
    #[property]
    async fn size(&self) -> Result<f64, StorageError>;
}

fn read(storage: &StorageStub) -> Promise<String, StorageError> {
    storage.read("key")
}

fn main() {
    let _ = read;
}
