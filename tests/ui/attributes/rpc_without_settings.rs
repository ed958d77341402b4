//! `#[rpc]` sets something.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Job {
    #[rpc]
    async fn run(&self) -> Result<String>;
}

fn main() {}
