//! Data cannot be attenuated, so there is nothing to say about it.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(DirectoryReader { list -> DirectoryReader })]
pub trait Directory {
    async fn list(&self) -> Result<Vec<String>>;
}

fn main() {}
