//! Two facets are two traits, with two names.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
#[attenuate(StorageReader { list })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn list(&self) -> Result<Vec<String>>;
}

fn main() {}
