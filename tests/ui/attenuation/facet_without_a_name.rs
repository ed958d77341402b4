//! A facet has a name and a list.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
}

fn main() {}
