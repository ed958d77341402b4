//! A result is owned, inside other types too.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn names(&self) -> Result<Vec<&'static str>>;
}

fn main() {}
