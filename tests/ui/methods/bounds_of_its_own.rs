//! Bounds are the trait's.

use capnweb_runtime::{Result, Wire, capability};

#[capability]
pub trait Store<T: Wire> {
    async fn put(&self, value: T) -> Result<()>
    where
        T: Clone;
}

fn main() {}
