//! An interface is the same in every build.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Store {
    async fn read(&self) -> Result<String>;
    #[cfg(test)]
    async fn wipe(&self) -> Result<()>;
}

fn main() {}
