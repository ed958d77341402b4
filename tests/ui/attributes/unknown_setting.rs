//! A setting exists.

use capnweb_runtime::{Result, capability};

#[capability(renameall = "snake_case")]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
