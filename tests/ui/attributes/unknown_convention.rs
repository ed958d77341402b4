//! A naming convention exists.

use capnweb_runtime::{Result, capability};

#[capability(rename_all = "camelcase")]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
