//! Who asks for the whole cannot be served with a facet.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
}

fn back_up(_storage: StorageStub) {}

fn pass_on(reader: StorageReaderStub) {
    back_up(reader);
}

fn main() {}
