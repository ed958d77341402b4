//! How much room a value takes.
//!
//! A peer can put a promise into a value many times, and that value's promise into another one, so
//! that a few short messages stand for more than there is memory. What such promises are replaced
//! by is weighed before it is copied.

use super::Value;
use crate::value::{Headers, Object, Tree};

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
        Tree::Url(url) => url.as_str().len(),
        Tree::Headers(headers) => fields(headers),
        Tree::Request(request) => sum([
            size_of_val(request.as_ref()),
            request.url.as_str().len(),
            fields(&request.headers),
            request.options.integrity.len(),
            request.options.referrer.len(),
            weigh(&request.body, leaf),
        ]),
        Tree::Response(response) => sum([
            size_of_val(response.as_ref()),
            response.status_text.len(),
            fields(&response.headers),
            weigh(&response.body, leaf),
        ]),
        Tree::Blob(blob) => sum([blob.media_type.len(), weigh(&blob.content, leaf)]),
        Tree::Capability(capability) => leaf(capability),
        Tree::Undefined | Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Date(_) => 0,
    };
    content.saturating_add(size_of::<Value>())
}

fn members<C>(object: &Object<C>, leaf: &impl Fn(&C) -> usize) -> usize {
    sum(object
        .iter()
        .map(|(key, value)| weigh(value, leaf).saturating_add(room_of_key(key))))
}

fn fields(headers: &Headers) -> usize {
    let fields = headers.iter();
    sum(fields.map(|(name, value)| sum([FIELD, name.len(), value.len()])))
}

const fn room_of_key(key: &str) -> usize {
    key.len().saturating_add(size_of::<String>())
}

fn sum(weights: impl IntoIterator<Item = usize>) -> usize {
    weights.into_iter().fold(0, usize::saturating_add)
}

/// What a header field takes beside its name and its value.
const FIELD: usize = 64;
