//! Nobody knows the variant before it arrives.

use capnweb_runtime::Pipeline;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Pipeline)]
pub enum Outcome {
    Done(String),
    Failed(String),
}

fn main() {}
