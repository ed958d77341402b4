//! A message has no ABI.

use capnweb_runtime::capability;

#[capability]
pub trait Legacy {
    extern "C" fn call(&self);
}

fn main() {}
