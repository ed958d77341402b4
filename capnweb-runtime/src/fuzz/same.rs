//! Whether two expressions say the same, where plain equality is too strict or does not apply.

use crate::ids::WireId;
use crate::value::{ErrorValue, Headers, Object, Tree};
use crate::wire::{Capture, DecodeError, Expr, Remap, Target, WireRef, encode_push};

/// Compares what was read with what came back: NaN is itself, an id may be any number, and what is
/// never sent has not come back.
pub(super) fn same(before: &Expr, after: &Expr) -> bool {
    match (before, after) {
        (Tree::Number(one), Tree::Number(other)) => {
            one == other || (one.is_nan() && other.is_nan())
        }
        (Tree::Array(one), Tree::Array(other)) => all_same(one, other),
        (Tree::Object(one), Tree::Object(other)) => {
            let sent = one.iter().filter(|(key, _)| *key != "__proto__");
            one.get("__proto__").iter().count() + other.len() == one.len()
                && sent
                    .zip(other.iter())
                    .all(|((key, one), (name, other))| key == name && same(one, other))
        }
        (Tree::Error(one), Tree::Error(other)) => same_error(one, other),
        (Tree::Capability(one), Tree::Capability(other)) => same_reference(one, other),
        _ => before == after,
    }
}

fn all_same(before: &[Expr], after: &[Expr]) -> bool {
    let pairs = before.iter().zip(after);
    before.len() == after.len() && pairs.into_iter().all(|(one, other)| same(one, other))
}

fn same_error(before: &ErrorValue<WireRef>, after: &ErrorValue<WireRef>) -> bool {
    let stack = before.stack.as_ref().filter(|stack| !stack.is_empty());
    before.class == after.class
        && before.message == after.message
        && stack == after.stack.as_ref()
        && same_props(&before.props, &after.props)
}

/// An error travels also without a property that cannot (protocol W-26); their order is its own.
fn same_props(before: &Object<WireRef>, after: &Object<WireRef>) -> bool {
    let came = |(key, prop): (&str, &Expr)| match after.get(key) {
        Some(other) => same(prop, other) || key == "errors",
        None => key == "__proto__" || encode_push(prop).is_err(),
    };
    before.iter().all(came) && after.iter().all(|(key, _)| before.get(key).is_some())
}

fn same_reference(before: &WireRef, after: &WireRef) -> bool {
    match (before, after) {
        (WireRef::Import(one), WireRef::Import(other))
        | (WireRef::Pipeline(one), WireRef::Pipeline(other)) => same_target(one, other),
        (WireRef::Remap(one), WireRef::Remap(other)) => same_remap(one, other),
        _ => before == after,
    }
}

fn same_target(before: &Target, after: &Target) -> bool {
    let args = match (&before.args, &after.args) {
        (Some(one), Some(other)) => all_same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    };
    before.id == after.id && before.path == after.path && args
}

fn same_remap(before: &Remap, after: &Remap) -> bool {
    let same_instruction = |(one, other): (&Instruction, &Instruction)| match (one, other) {
        (Ok(one), Ok(other)) => same(one, other),
        _ => false,
    };
    let mut instructions = before.instructions.iter().zip(&after.instructions);
    before.id == after.id
        && before.path == after.path
        && before.captures == after.captures
        && before.instructions.len() == after.instructions.len()
        && instructions.all(same_instruction)
}

/// Whether there is something in an expression that does not come back, and need not: an id that is
/// no number, which no table has and no message can name; a `file:` address, in whose empty segments
/// the `url` crate and JavaScript differ; or a header field that was joined of several, the last of
/// them empty, whose space at the end is lost on its next way.
pub(super) fn is_incomparable(expr: &Expr) -> bool {
    let own = match expr {
        Tree::Capability(reference) => is_endless(reference),
        Tree::Url(url) => url.scheme() == "file",
        Tree::Request(request) => {
            request.url.scheme() == "file" || ends_in_a_space(&request.headers)
        }
        Tree::Response(response) => ends_in_a_space(&response.headers),
        Tree::Headers(headers) => ends_in_a_space(headers),
        _ => false,
    };
    own || expr.children().any(is_incomparable)
}

fn ends_in_a_space(headers: &Headers) -> bool {
    headers.iter().any(|(_, value)| value.ends_with(' '))
}

fn is_endless(reference: &WireRef) -> bool {
    let is_endless = |id: &WireId| !id.0.is_finite();
    match reference {
        WireRef::Export(id)
        | WireRef::Promise(id)
        | WireRef::Readable(id)
        | WireRef::Writable(id) => is_endless(id),
        WireRef::Import(target) | WireRef::Pipeline(target) => {
            is_endless(&target.id) || target.args.iter().flatten().any(is_incomparable)
        }
        WireRef::Remap(remap) => {
            let captured = |(Capture::Import(id) | Capture::Export(id)): &Capture| is_endless(id);
            is_endless(&remap.id)
                || remap.captures.iter().any(captured)
                || remap.instructions.iter().flatten().any(is_incomparable)
        }
    }
}

type Instruction = Result<Expr, DecodeError>;
