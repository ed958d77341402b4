//! A property is named by `#[rpc]`.

use capnweb_runtime::capability;

#[capability]
pub trait Store {
    #[property(name = "bytes")]
    fn size(&self) -> u64;
}

fn main() {}
