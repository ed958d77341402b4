//! A facet grants something.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageNothing {})]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
}

fn main() {}
