//! Authority never grows: a facet does not become the whole again.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
}

fn amplify(reader: &StorageReaderStub) -> StorageStub {
    reader.attenuate::<StorageStub>()
}

fn main() {}
