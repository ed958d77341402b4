//! Two members have two names on the wire.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Device {
    async fn get_gpu(&self) -> Result<String>;
    #[rpc(name = "getGpu")]
    async fn gpu(&self) -> Result<String>;
}

fn main() {}
