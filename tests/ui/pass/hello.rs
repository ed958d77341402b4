//! The smallest capability, called through its stub and through its trait.

use capnweb_runtime::{Promise, Result, capability};

#[capability]
pub trait Greeter {
    async fn hello(&self, name: String) -> Result<String>;
}

struct English;
impl Greeter for English {
    async fn hello(&self, name: String) -> Result<String> {
        Ok(format!("Hello, {name}!"))
    }
}

async fn greet(greeter: impl Greeter) -> Result<String> {
    greeter.hello("generic code".to_owned()).await
}

async fn both_ways() -> Result<String> {
    let stub = GreeterStub::new(English);
    let promise: Promise<String> = stub.hello("World");
    promise.await?;
    greet(English).await?;
    greet(stub.clone()).await
}

fn main() {
    drop(both_ways());
}
