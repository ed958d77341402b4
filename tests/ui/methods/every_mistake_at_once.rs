//! All the mistakes of a trait are reported, each on its own token.

use capnweb_runtime::{Result, capability};

#[capability(rename = "snake_case")]
#[attenuate(StorageReader { reed })]
pub trait Storage: Clone {
    async fn read(&mut self, key: &str) -> Result<String>;
    async fn write<T>(&self, value: T) -> Result<()>;
    async fn then(&self) -> Result<()>;
    fn open() -> impl Future<Output = String>;
    const LIMIT: usize;
}

fn main() {}
