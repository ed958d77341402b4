//! The runtime under another name.

mod inner {
    pub use capnweb_runtime as rpc;
}
use inner::rpc::{Pipeline, RpcError, capability};
use serde::{Deserialize, Serialize};

#[capability(crate = "crate::inner::rpc")]
#[attenuate(StoreReader { info })]
pub trait Store {
    async fn info(&self) -> Result<Info, Failure>;
    async fn write(&self, value: String) -> Result<(), Failure>;
}

#[derive(Serialize, Deserialize, Pipeline)]
#[pipeline(crate = "crate::inner::rpc")]
pub struct Info {
    pub store: StoreStub,
}

#[derive(Debug, RpcError)]
#[rpc(crate = "crate::inner::rpc")]
pub enum Failure {
    Full,
    #[rpc(other)]
    Other(inner::rpc::Error),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("failed")
    }
}

fn main() {}
