//! An argument is a type that can travel.

use capnweb_runtime::{Result, capability};

pub struct Handle;

#[capability]
pub trait Registry {
    async fn register(&self, handle: Handle) -> Result<()>;
}

fn main() {}
