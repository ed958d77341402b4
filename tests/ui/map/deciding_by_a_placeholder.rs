//! Nothing can be decided by a placeholder: it stands for every element.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub fn names(api: &DirectoryStub) -> Promise<Vec<String>> {
    api.ids().map(|id| if id == 7 { api.name(1) } else { api.name(id) })
}

fn main() {}
