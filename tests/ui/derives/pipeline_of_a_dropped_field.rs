//! Some names never arrive.

use capnweb_runtime::Pipeline;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Pipeline)]
pub struct Document {
    #[serde(rename = "toJSON")]
    pub json: String,
}

fn main() {}
