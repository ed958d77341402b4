//! A stub in JavaScript has methods of its own.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Atlas {
    async fn map(&self, place: String) -> Result<String>;
}

fn main() {}
