//! A stub has one type per associated type.

use capnweb_runtime::{Result, Wire, capability};

#[capability]
pub trait Store {
    type Entry<T: Wire>: Wire;
    async fn read(&self) -> Result<String>;
}

fn main() {}
