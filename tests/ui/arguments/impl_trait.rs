//! A peer must know what to send.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Mapper {
    async fn apply(&self, function: impl Fn(i64) -> i64) -> Result<i64>;
}

fn main() {}
