//! A facet is a trait of its own, with a name of its own.

use capnweb_runtime::{Result, capability};

#[capability]
#[attenuate(Storage { read })]
pub trait Storage {
    async fn read(&self, key: String) -> Result<String>;
}

fn main() {}
