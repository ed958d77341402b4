//! A call is cancelled in one of two ways.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Job {
    #[rpc(cancel = "abort")]
    async fn run(&self) -> Result<String>;
}

fn main() {}
