//! A facet of a facet, results narrowed on the way, recursively.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { list, open -> DirectoryReader, find -> DirectoryReader })]
#[attenuate(
    /// May look around, whole directories included.
    DirectoryWalker { list, open -> Directory, find -> Directory }
)]
#[attenuate(DirectoryLister { list, open -> DirectoryLister })]
#[attenuate(DirectoryCounter { list })]
pub trait Directory {
    async fn list(&self) -> Result<Vec<String>>;
    async fn open(&self, name: String) -> Result<DirectoryStub>;
    async fn find(&self, text: String) -> Result<Vec<DirectoryStub>>;
    async fn delete(&self) -> Result<()>;
}

async fn narrow(directory: &DirectoryStub) -> Result<DirectoryListerStub> {
    let walker: DirectoryWalkerStub = directory.attenuate();
    let whole: DirectoryStub = walker.open("whole").await?;
    let reader: DirectoryReaderStub = walker.attenuate();
    let _found: Vec<DirectoryReaderStub> = reader.find("it").await?;
    let lister = reader.attenuate::<DirectoryListerStub>();
    let _counter: DirectoryCounterStub = lister.attenuate();
    let _deeper: DirectoryListerStub = lister.open("deeper").await?;
    Ok(whole.attenuate())
}

fn main() {
    let _ = |directory: &DirectoryStub| drop(narrow(directory));
}
