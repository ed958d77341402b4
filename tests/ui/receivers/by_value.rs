//! A call does not consume the object.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Ticket {
    async fn redeem(self) -> Result<u32>;
}

fn main() {}
