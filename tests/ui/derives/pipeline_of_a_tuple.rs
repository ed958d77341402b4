//! A property has a name.

use capnweb_runtime::Pipeline;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Pipeline)]
pub struct Pair(String, String);

fn main() {}
