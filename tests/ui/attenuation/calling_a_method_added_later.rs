//! A method that no facet lists is in no facet, however many list its neighbours.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read, list })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn list(&self) -> Result<Vec<String>>;
    async fn history(&self, key: String) -> Result<Vec<String>>;
}

fn snoop(reader: &StorageReaderStub) {
    drop(reader.history("key"));
}

fn main() {}
