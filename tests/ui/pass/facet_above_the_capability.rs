//! The order of the attributes does not matter.

use capnweb_runtime::{Result, attenuate, capability};

#[attenuate(StorageReader { read })]
#[capability]
#[attenuate(StorageWriter { write })]
pub trait Storage {
    async fn read(&self) -> Result<String>;
    async fn write(&self, value: String) -> Result<()>;
}

fn split(storage: &StorageStub) -> (StorageReaderStub, StorageWriterStub) {
    (storage.attenuate(), storage.attenuate())
}

fn main() {
    let _ = split;
}
