//! A peer does not know a method's const arguments.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Store {
    async fn read<const N: usize>(&self) -> Result<Vec<u8>>;
}

fn main() {}
