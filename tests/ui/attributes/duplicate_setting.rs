//! A setting is given once.

use capnweb_runtime::{Result, capability};

#[capability(name = "Greeter", name = "Salute")]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
