//! A caller must know what arrives.

use capnweb_runtime::capability;

#[capability]
pub trait Names {
    fn all(&self) -> impl Iterator<Item = String>;
}

fn main() {}
