//! A setting is a string.

use capnweb_runtime::{Result, capability};

#[capability(name = Salute)]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
