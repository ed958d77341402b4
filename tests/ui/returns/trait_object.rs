//! Objects travel as stubs.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Names {
    async fn all(&self) -> Result<Box<dyn Iterator<Item = String> + Send>>;
}

fn main() {}
