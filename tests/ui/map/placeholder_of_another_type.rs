//! A placeholder is passed where its type is asked for, and nowhere else.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub fn names(api: &DirectoryStub) -> Promise<Vec<String>> {
    api.ids().map(|id| api.name(api.name(id)))
}

fn main() {}
