//! The call comes before what travels.

use capnweb_runtime::{Call, Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: String, call: Call) -> Result<String>;
}

fn main() {}
