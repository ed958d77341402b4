//! A remote method that asks for the whole does not take a facet either.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String, value: String) -> Result<()>;
}

#[capability]
pub trait Backup {
    async fn run(&self, storage: StorageStub) -> Result<()>;
}

fn pass_on(backup: &BackupStub, reader: StorageReaderStub) {
    drop(backup.run(reader));
}

fn main() {}
