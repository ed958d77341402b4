//! Names that differ in Rust may not differ on the wire.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Device {
    async fn read_all(&self) -> Result<String>;
    async fn read__all(&self) -> Result<String>;
}

fn main() {}
