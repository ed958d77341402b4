//! An option has a default already.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Counter {
    async fn add(&self, #[default(None)] amount: Option<i64>) -> Result<i64>;
}

fn main() {}
