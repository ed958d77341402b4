//! A facet has the methods it lists and no others.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn erase(&self, key: String) -> Result<()>;
}

fn vandalise(reader: &StorageReaderStub) {
    drop(reader.erase("key"));
}

fn main() {}
