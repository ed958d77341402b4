//! A constant cannot be read from afar.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Store {
    const LIMIT: u64;
    async fn read(&self) -> Result<String>;
}

fn main() {}
