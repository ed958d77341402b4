//! A facet that hands out a capability says what it becomes.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { list, open })]
pub trait Directory {
    async fn list(&self) -> Result<Vec<String>>;
    async fn open(&self, name: String) -> Result<Option<DirectoryStub>>;
}

fn main() {}
