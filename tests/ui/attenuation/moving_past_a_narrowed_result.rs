//! A facet whose results were narrowed does not become one that hands them out whole.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { list, open -> DirectoryReader })]
#[attenuate(DirectoryWalker { open -> Directory })]
pub trait Directory {
    async fn list(&self) -> Result<Vec<String>>;
    async fn open(&self, name: String) -> Result<DirectoryStub>;
    async fn delete(&self) -> Result<()>;
}

fn widen(reader: &DirectoryReaderStub) -> DirectoryWalkerStub {
    reader.attenuate()
}

fn main() {}
