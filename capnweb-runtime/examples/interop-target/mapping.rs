//! `map`, driven by this side over the caller's object.

use capnweb_runtime::{Capability as _, Result, Value, capability};

use crate::target::CounterStub;

/// What the caller passes to be mapped over.
#[capability]
pub trait Source {
    async fn get_numbers(&self) -> Result<Vec<f64>>;
    async fn double(&self, x: f64) -> Result<f64>;
    async fn return_null(&self) -> Result<Option<f64>>;
    async fn return_number(&self, n: f64) -> Result<f64>;
    async fn make_list(&self, n: f64) -> Result<Vec<f64>>;
    async fn make_counter(&self, i: f64) -> Result<CounterStub>;
}

pub(crate) async fn array(source: &SourceStub) -> Result<Vec<f64>> {
    source.get_numbers().map(|x| source.double(x)).await
}

pub(crate) async fn null(source: &SourceStub) -> Result<Option<f64>> {
    source.return_null().map(|x| source.double(x)).await
}

pub(crate) async fn single(source: &SourceStub, n: f64) -> Result<Value> {
    let source = source.as_stub();
    let number = source.call("returnNumber", (n,));
    number.map(|x| source.call("double", (x,))).await
}

pub(crate) async fn nested(source: &SourceStub) -> Result<Vec<Vec<f64>>> {
    source
        .get_numbers()
        .map(|x| source.make_list(x).map(|y| source.double(y)))
        .await
}

pub(crate) async fn counter(source: &SourceStub) -> Result<Vec<f64>> {
    let counter = source.make_counter(10.0).await?;
    source.get_numbers().map(|x| counter.increment(x)).await
}
