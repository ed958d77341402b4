//! A default is a value.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Counter {
    async fn add(&self, #[default] amount: i64) -> Result<i64>;
}

fn main() {}
