//! A facet belongs to a capability.

use capnweb_runtime::{Result, attenuate};

#[attenuate(StorageReader { read })]
pub trait Storage {
    fn read(&self, key: String) -> Result<String>;
}

fn main() {}
