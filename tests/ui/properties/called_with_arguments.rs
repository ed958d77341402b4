//! A stub's property takes no arguments.

use capnweb_runtime::capability;

#[capability]
pub trait Store {
    #[property]
    fn size(&self) -> u64;
}

fn read(store: &StoreStub) {
    drop(store.size("bytes"));
}

fn main() {}
