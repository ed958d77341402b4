//! A result is a type that can travel.

use capnweb_runtime::{Result, capability};

pub struct Handle;

#[capability]
pub trait Registry {
    async fn find(&self, name: String) -> Result<Handle>;
}

fn main() {}
