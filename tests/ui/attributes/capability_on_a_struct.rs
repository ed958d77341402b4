//! A capability is a trait.

use capnweb_runtime::capability;

#[capability]
pub struct Greeter {
    name: String,
}

fn main() {}
