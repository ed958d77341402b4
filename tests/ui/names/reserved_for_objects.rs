//! Every object in JavaScript has some methods.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Coin {
    async fn value_of(&self) -> Result<f64>;
}

fn main() {}
