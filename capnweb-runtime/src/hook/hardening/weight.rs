//! How much room a value takes.
//!
//! A peer can put a promise into a value many times, and that value's promise into another one, so
//! that a few short messages stand for more than there is memory. What such promises are replaced
//! by is weighed before it is copied.

use crate::hook::Value;
use crate::value::{Headers, Object, Path, Segment, Tree};
use crate::wire::{Expr, Remap, Target, WireRef};

/// Returns about how many bytes a copy of a value takes.
pub(crate) fn weight(value: &Value) -> usize {
    weigh(value, &|_| 0)
}

/// Returns about how many bytes a tree takes whose leaves take, beside their place, what `leaf`
/// says.
fn weigh<C>(tree: &Tree<C>, leaf: &impl Fn(&C) -> usize) -> usize {
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

/// Returns about how much memory an expression takes: `[[]]` or `1` takes more than its text.
pub(crate) fn weigh_expr(expr: &Expr) -> usize {
    weigh(expr, &|reference| match reference {
        WireRef::Export(_) | WireRef::Promise(_) | WireRef::Readable(_) | WireRef::Writable(_) => {
            PROMISE
        }
        WireRef::Import(target) | WireRef::Pipeline(target) => weigh_target(target),
        WireRef::Remap(remap) => weigh_remap(remap),
    })
}

fn weigh_remap(remap: &Remap) -> usize {
    let captures = remap.captures.len().saturating_mul(PROMISE);
    let instructions = remap.instructions.iter();
    let instructions = instructions.map(|instruction| match instruction {
        Ok(expr) => weigh_expr(expr),
        Err(_) => PROMISE,
    });
    instructions.fold(
        captures
            .saturating_add(weigh_path(&remap.path))
            .saturating_add(PROMISE),
        usize::saturating_add,
    )
}

fn weigh_path(path: &Path) -> usize {
    path.segments().len().saturating_mul(size_of::<Segment>())
}

fn weigh_target(target: &Target) -> usize {
    let path = target.path.as_ref().map_or(0, weigh_path);
    let args = target.args.iter().flatten().map(weigh_expr);
    args.fold(path.saturating_add(PROMISE), usize::saturating_add)
}

/// What a reference takes that is made for a message, with its promise or its place in a table.
const PROMISE: usize = 256;

/// What a header field takes beside its name and its value.
const FIELD: usize = 64;
