//! A facet does not become another that can do what it cannot.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
#[attenuate(StorageWriter { write })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
}

fn sidestep(reader: &StorageReaderStub) -> StorageWriterStub {
    reader.attenuate()
}

fn main() {}
