//! A property is read, not called.

use capnweb_runtime::{Call, capability};

#[capability]
pub trait Store {
    #[property]
    fn size(&self, call: Call) -> u64;
}

fn main() {}
