//! A method that waits is an `async fn`.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Greeter {
    fn hello(&self) -> impl Future<Output = Result<String>> + Send;
}

fn main() {}
