//! A default has the type of its parameter.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Counter {
    async fn add(&self, #[default("one")] amount: i64) -> Result<i64>;
}

fn main() {}
