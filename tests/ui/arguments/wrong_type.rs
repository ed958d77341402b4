//! A stub takes what the trait takes.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: String) -> Result<String>;
}

fn call(greeter: &GreeterStub) {
    drop(greeter.hello(7_u8));
}

fn main() {}
