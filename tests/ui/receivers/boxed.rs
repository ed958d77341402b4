//! A capability is called through a stub.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Ticket {
    async fn redeem(self: Box<Self>) -> Result<u32>;
}

fn main() {}
