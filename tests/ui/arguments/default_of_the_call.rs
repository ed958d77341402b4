//! The call is always there.

use capnweb_runtime::{Call, Result, capability};

#[capability]
pub trait Counter {
    async fn add(&self, #[default(1)] call: Call) -> Result<i64>;
}

fn main() {}
