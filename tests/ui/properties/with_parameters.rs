//! A property is read, not called.

use capnweb_runtime::capability;

#[capability]
pub trait Store {
    #[property]
    fn size(&self, unit: String) -> u64;
}

fn main() {}
