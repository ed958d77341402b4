//! An error type says how it travels.

use capnweb_runtime::{Result, capability};

#[derive(Debug)]
pub struct Broken;

#[capability]
pub trait Registry {
    async fn find(&self, name: String) -> Result<String, Broken>;
}

fn main() {}
