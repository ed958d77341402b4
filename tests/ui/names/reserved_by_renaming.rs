//! A name that was chosen is checked too.

use capnweb_runtime::{Result, capability};

#[capability]
pub trait Document {
    #[rpc(name = "toJSON")]
    async fn export(&self) -> Result<String>;
}

fn main() {}
