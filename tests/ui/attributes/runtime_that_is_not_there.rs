//! The path to the runtime leads to the runtime.

use capnweb_runtime::{Result, capability};

#[capability(crate = "not_there")]
pub trait Job {
    async fn run(&self) -> Result<String>;
}

fn main() {}
