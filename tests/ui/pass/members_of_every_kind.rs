//! Properties, plain results, defaults, options, the call, renamed members and default bodies.

use capnweb_runtime::{Call, Result, capability};

#[capability(rename_all = "snake_case", name = "Meter")]
pub trait Counter: Send + Sync {
    #[property]
    fn id(&self) -> String;
    #[property]
    async fn total(&self) -> Result<i64>;
    #[rpc(name = "increment", cancel = "drop")]
    async fn add(&self, call: Call, #[default(1)] amount: i64, note: Option<String>) -> Result<i64>;
    #[rpc(name = "mapAll")]
    fn map(&self) -> Vec<i64>;
    fn r#type(&self, r#match: bool) -> String;
    async fn reset(&self);
    async fn twice(&self, mut amount: i64) -> Result<i64> {
        amount += self.total().await?;
        Ok(amount)
    }
}

fn use_all(counter: &CounterStub) {
    drop((counter.id(), counter.total(), counter.map(), counter.reset()));
    drop(counter.add(2, "note".to_owned()));
    drop(counter.add(None, None));
    drop((counter.r#type(true), counter.twice(1)));
}

fn main() {
    let _ = use_all;
}
