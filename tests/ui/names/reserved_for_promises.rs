//! A stub in JavaScript is a promise.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Chain {
    async fn then(&self, next: String) -> Result<()>;
}

fn main() {}
