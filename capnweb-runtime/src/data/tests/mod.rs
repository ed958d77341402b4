//! The bridge between `serde` types and values, rule by rule.
#![allow(clippy::arithmetic_side_effects, reason = "no peer reaches a test")]

mod buffered;
mod deep;
mod deserialize;
mod foreign;
mod native;
mod serialize;
mod web;

use crate::data::passthrough::{parked_for_reading, parked_for_writing};
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

/// Returns how many values are parked on this thread.
fn parked() -> usize {
    parked_for_reading() + parked_for_writing()
}
