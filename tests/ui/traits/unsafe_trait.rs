//! Nothing can be asked of a peer.

use capnweb_runtime::{Result, capability};

#[capability]
pub unsafe trait Memory {
    async fn read(&self, address: u64) -> Result<u8>;
}

fn main() {}
