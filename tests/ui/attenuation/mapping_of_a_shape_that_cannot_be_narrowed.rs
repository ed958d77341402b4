//! A stub, an option and a list of stubs can be narrowed; a map cannot.

use capnweb_runtime::{Result, capability};
use std::collections::HashMap;

#[capability]
#[attenuate(DirectoryReader { all -> DirectoryReader })]
pub trait Directory {
    async fn all(&self) -> Result<HashMap<String, DirectoryStub>>;
}

fn main() {}
