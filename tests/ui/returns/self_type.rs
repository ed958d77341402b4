//! An implementation does not travel; its stub does.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Node {
    async fn next(&self) -> Result<Self>;
}

fn main() {}
