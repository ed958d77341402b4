//! How much room a value takes.
//!
//! A peer can put a promise into a value many times, and that value's promise into another one, so
//! that a few short messages stand for more than there is memory. What such promises are replaced
//! by is weighed before it is copied.

use super::Value;
use crate::value::{Object, Tree};

/// Returns about how many bytes a copy of a value takes.
pub(crate) fn weight(value: &Value) -> usize {
    weigh(value, &|_| 0)
}

/// Returns about how many bytes a tree takes whose leaves take, beside their place, what `leaf`
/// says.
pub(crate) fn weigh<C>(tree: &Tree<C>, leaf: &impl Fn(&C) -> usize) -> usize {
    let content = match tree {
        Tree::String(text) => text.len(),
        Tree::BigInt(number) => usize::try_from(number.as_inner().bits() / 8).unwrap_or(usize::MAX),
        Tree::Array(items) => sum(items.iter().map(|item| weigh(item, leaf))),
        Tree::Object(object) => members(object, leaf),
        Tree::Error(error) => members(&error.props, leaf)
            .saturating_add(error.message.len())
            .saturating_add(error.stack.as_ref().map_or(0, String::len)),
        Tree::Bytes(bytes) => bytes.len(),
        Tree::Capability(capability) => leaf(capability),
        _ => 0,
    };
    content.saturating_add(size_of::<Value>())
}

fn members<C>(object: &Object<C>, leaf: &impl Fn(&C) -> usize) -> usize {
    sum(object
        .iter()
        .map(|(key, value)| weigh(value, leaf).saturating_add(room_of_key(key))))
}

const fn room_of_key(key: &str) -> usize {
    key.len().saturating_add(size_of::<String>())
}

fn sum(weights: impl Iterator<Item = usize>) -> usize {
    weights.fold(0, usize::saturating_add)
}
