//! A peer has the methods of the trait only.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter: std::fmt::Display {
    async fn hello(&self) -> Result<String>;
}

fn main() {}
