//! What a facet hands out is narrowed, in the types too.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { open -> DirectoryReader })]
pub trait Directory {
    async fn open(&self, name: String) -> Result<DirectoryStub>;
    async fn delete(&self) -> Result<()>;
}

async fn escape(reader: DirectoryReaderStub) -> Result<DirectoryStub> {
    reader.open("home").await
}

fn main() {}
