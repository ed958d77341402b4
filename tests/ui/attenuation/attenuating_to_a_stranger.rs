//! A capability becomes its own facets only.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
}

#[capability]
#[attenuate(ClockReader { now })]
pub trait Clock {
    async fn now(&self) -> Result<f64>;
}

fn transmute(storage: &StorageStub) -> ClockReaderStub {
    storage.attenuate()
}

fn main() {}
