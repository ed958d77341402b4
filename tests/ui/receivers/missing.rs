//! There is an object to call.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Factory {
    async fn make() -> Result<u32>;
}

fn main() {}
