//! What a capability is to the program that holds it.

mod stub;

pub use stub::Stub;

/// A value as programs see it: the tree with live stubs as its leaves.
pub type Value = crate::value::Tree<Stub>;
