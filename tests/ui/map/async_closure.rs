//! The closure is not async: it runs once, and what it does is recorded.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub async fn names(api: &DirectoryStub) -> Result<Vec<String>> {
    api.ids().map(|id| async move { api.name(id).await }).await
}

fn main() {}
