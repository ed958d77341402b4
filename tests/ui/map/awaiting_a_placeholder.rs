//! A placeholder is not awaited: the closure runs before anything has arrived.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub fn names(api: &DirectoryStub) -> Promise<Vec<String>> {
    api.ids().map(|id| api.name(id.await.unwrap_or_default()))
}

fn main() {}
