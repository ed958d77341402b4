//! What is generated does not depend on the names in scope.

use capnweb_runtime::capability;

#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code, non_camel_case_types)]
type Option = ();
#[allow(dead_code)]
trait Send {}
#[allow(dead_code)]
trait Clone {}
#[allow(dead_code)]
struct Arc;

#[capability]
pub trait Clock {
    async fn now(&self, #[default(1.0)] scale: f64) -> capnweb_runtime::Result<f64>;
}

fn main() {}
