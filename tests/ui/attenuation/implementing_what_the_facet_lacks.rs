//! A facet's trait has the facet's methods only.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(StorageReader { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
    async fn write(&self, key: String) -> Result<()>;
}

struct Fixed;
impl StorageReader for Fixed {
    async fn read(&self, key: String) -> Result<String> {
        Ok(key)
    }
    async fn write(&self, _key: String) -> Result<()> {
        Ok(())
    }
}

fn main() {}
