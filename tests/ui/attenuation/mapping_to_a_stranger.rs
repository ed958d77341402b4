//! A result becomes a facet of what it is, not one of something else.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(ClockReader { now })]
pub trait Clock {
    async fn now(&self) -> Result<f64>;
}

#[capability]
#[attenuate(DirectoryReader { open -> ClockReader })]
pub trait Directory {
    async fn open(&self, name: String) -> Result<DirectoryStub>;
}

fn main() {}
