//! Every stub has some functions in Rust.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Factory {
    async fn new(&self) -> Result<String>;
}

fn main() {}
