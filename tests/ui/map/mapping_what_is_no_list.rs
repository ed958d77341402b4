//! A list is mapped, or something that may be missing; on one value the call is made directly.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub fn name(api: &DirectoryStub) -> Promise<Vec<String>> {
    api.name(1).map(|name| name)
}

fn main() {}
