//! The closure returns what is known when it is recorded: promises, and data.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Directory {
    async fn ids(&self) -> Result<Vec<u32>>;
    async fn name(&self, id: u32) -> Result<String>;
}

pub struct Row {
    pub name: Promise<String>,
}

pub fn rows(api: &DirectoryStub) {
    let _ = api.ids().map(|id| Row { name: api.name(id) });
}

fn main() {}
