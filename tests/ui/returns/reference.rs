//! A result is owned.

use capnweb_runtime::capability;

#[capability]
pub trait Greeter {
    fn name(&self) -> &str;
}

fn main() {}
