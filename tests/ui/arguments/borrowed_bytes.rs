//! Binary data is owned too.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Disk {
    async fn write(&self, data: &[u8]) -> Result<()>;
}

fn main() {}
