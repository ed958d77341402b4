//! The bridge between `serde` types and values, rule by rule.

mod buffered;
mod deserialize;
mod foreign;
mod serialize;

use crate::hook::{Cap, Stub, Value};
use crate::value::{Object, Tree};

fn stub() -> Stub {
    Stub::of(Cap::settled(Ok(Tree::Undefined)))
}

fn number(number: impl Into<f64>) -> Value {
    Tree::Number(number.into())
}

fn text(text: &str) -> Value {
    Tree::String(text.to_owned())
}

fn array<const N: usize>(items: [Value; N]) -> Value {
    Tree::Array(items.into())
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Tree::Object(Object::from_iter(members))
}
