//! Attenuation is written down where it happens: the whole is not taken for a facet in passing.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
}

fn show(_reader: StorageReaderStub) {}

fn pass_on(storage: StorageStub) {
    show(storage);
}

fn main() {}
