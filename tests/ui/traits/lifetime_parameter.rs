//! A stub outlives every borrow.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait View<'a> {
    async fn show(&self) -> Result<String>;
}

fn main() {}
