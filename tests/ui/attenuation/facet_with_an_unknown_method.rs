//! A facet grants methods that exist.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { raed })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
}

fn main() {}
