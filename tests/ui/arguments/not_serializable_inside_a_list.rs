//! Every part of an argument can travel.

use capnweb_runtime::{Result, capability};

pub struct Handle;

#[capability]
pub trait Registry {
    async fn register(&self, handles: Vec<Handle>) -> Result<()>;
}

fn main() {}
