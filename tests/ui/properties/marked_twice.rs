//! A property is marked once.

use capnweb_runtime::capability;

#[capability]
pub trait Store {
    #[property]
    #[property]
    fn size(&self) -> u64;
}

fn main() {}
