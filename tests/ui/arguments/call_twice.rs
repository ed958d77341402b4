//! There is one call.

use capnweb_runtime::{Call, Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, call: Call, again: Call) -> Result<String>;
}

fn main() {}
