//! A parameter has a name, which errors use.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Plotter {
    async fn draw(&self, (x, y): (f64, f64)) -> Result<()>;
}

fn main() {}
