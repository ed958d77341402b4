//! A capability is shared.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Counter {
    async fn next(&mut self) -> Result<u32>;
}

fn main() {}
