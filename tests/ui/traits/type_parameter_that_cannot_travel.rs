//! A type parameter that travels is bounded by what that takes.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Cell<T: Send + Sync + 'static> {
    async fn load(&self) -> Result<T>;
}

fn main() {}
