//! A member has a name on the wire.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Nameless {
    #[rpc(name = "")]
    async fn call(&self) -> Result<()>;
}

fn main() {}
