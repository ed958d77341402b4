//! A trait is made a capability once.

use capnweb_runtime::{Result, capability};

#[capability]
#[capability]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
