//! Nothing can be computed with a placeholder: that is for a method to do.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub fn names(api: &DirectoryStub) -> Promise<Vec<String>> {
    api.ids().map(|id| api.name(id + 1))
}

fn main() {}
