//! Objects travel as stubs.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Mapper {
    async fn apply(&self, function: Box<dyn Fn(i64) -> i64 + Send>) -> Result<i64>;
}

fn main() {}
