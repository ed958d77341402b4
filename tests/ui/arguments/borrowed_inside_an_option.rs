//! What travels is owned, inside other types too.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: Option<&str>) -> Result<String>;
}

fn main() {}
