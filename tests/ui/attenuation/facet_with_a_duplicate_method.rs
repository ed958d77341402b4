//! A facet grants a method once.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read, list, read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn list(&self) -> Result<Vec<String>>;
}

fn main() {}
