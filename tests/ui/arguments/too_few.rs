//! An argument that has no default cannot be left out.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: String) -> Result<String>;
}

fn call(greeter: &GreeterStub) {
    drop(greeter.hello());
}

fn main() {}
