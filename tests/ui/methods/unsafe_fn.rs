//! A peer cannot promise anything.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Memory {
    async unsafe fn poke(&self, address: u64) -> Result<()>;
}

fn main() {}
