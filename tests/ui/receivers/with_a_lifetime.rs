//! A capability has no lifetimes.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Counter {
    async fn next(&'static self) -> Result<u32>;
}

fn main() {}
