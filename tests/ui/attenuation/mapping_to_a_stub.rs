//! A mapping names the capability, not its stub.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { open -> DirectoryReaderStub })]
pub trait Directory {
    async fn open(&self, name: String) -> Result<DirectoryStub>;
}

fn main() {}
