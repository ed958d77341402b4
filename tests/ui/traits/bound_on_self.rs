//! A peer has the methods of the trait only.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter
where
    Self: Clone,
{
    async fn hello(&self) -> Result<String>;
}

fn main() {}
