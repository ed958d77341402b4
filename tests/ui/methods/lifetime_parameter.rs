//! What travels is owned and has no lifetime.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Store {
    async fn read<'a>(&self, key: String) -> Result<String>;
}

fn main() {}
