//! A peer does not know a method's type arguments.

use capnweb_runtime::{Result, Wire, capability};

#[capability]
pub trait Store {
    async fn put<T: Wire>(&self, value: T) -> Result<()>;
}

fn main() {}
