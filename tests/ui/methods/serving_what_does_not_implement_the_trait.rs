//! A stub is made from an implementation.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self) -> Result<String>;
}

struct Mute;

fn serve() -> GreeterStub {
    GreeterStub::new(Mute)
}

fn main() {}
