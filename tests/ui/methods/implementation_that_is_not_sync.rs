//! An implementation is shared by everyone who holds a stub.

use capnweb_runtime::{Result, capability};
use std::cell::Cell;

#[capability]
pub trait Counter {
    async fn next(&self) -> Result<u32>;
}

struct Local(Cell<u32>);
impl Counter for Local {
    async fn next(&self) -> Result<u32> {
        Ok(self.0.get())
    }
}

fn main() {}
