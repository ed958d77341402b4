//! A facet does not become a larger one.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
#[attenuate(StorageEditor { read, write })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
    async fn delete(&self, key: String) -> Result<()>;
}

fn climb(reader: &StorageReaderStub) -> StorageEditorStub {
    reader.attenuate()
}

fn main() {}
