//! What travels is owned.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: &str) -> Result<String>;
}

fn main() {}
