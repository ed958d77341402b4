//! What a mapper tells of errors that are part of it (protocol L-20, B-19).

use super::mapper::Mapper;
use crate::hook::Value;
use crate::hook::screen::Screen;
use crate::value::{ErrorValue, Object, Tree};
use crate::wire::{Expr, Remap, WireRef};

impl Mapper {
    /// Puts in the place of every error in the instructions what the peer is told of it.
    pub(crate) fn screen(&mut self, screen: &Screen) {
        for expr in self.exprs_mut() {
            screen_expr(expr, screen);
        }
    }
}

fn screen_expr(expr: &mut Expr, screen: &Screen) {
    match expr {
        Expr::Error(error) => {
            let mut told = Value::Error(Box::new(data_of(error)));
            screen.value(&mut told);
            if let Value::Error(told) = told {
                **error = data_of(&told);
            }
        }
        Expr::Capability(WireRef::Import(target) | WireRef::Pipeline(target)) => {
            let args = target.args.iter_mut().flatten();
            args.for_each(|arg| screen_expr(arg, screen));
        }
        Expr::Capability(WireRef::Remap(remap)) => screen_remap(remap, screen),
        other => other
            .children_mut()
            .for_each(|child| screen_expr(child, screen)),
    }
}

fn screen_remap(remap: &mut Remap, screen: &Screen) {
    let instructions = remap.instructions.iter_mut().flatten();
    instructions.for_each(|instruction| screen_expr(instruction, screen));
}

/// Returns an error as data: a property that refers to something is left out, as from a rejection
/// (protocol W-27).
fn data_of<A, B>(error: &ErrorValue<A>) -> ErrorValue<B> {
    let mut data = ErrorValue::new(error.class, error.message.clone());
    data.stack.clone_from(&error.stack);
    data.audience = error.audience;
    for (key, prop) in error.props.iter() {
        if let Some(prop) = data_only(prop) {
            data.props.push(key.to_owned(), prop);
        }
    }
    data
}

fn data_only<A, B>(tree: &Tree<A>) -> Option<Tree<B>> {
    Some(match tree {
        Tree::Undefined => Tree::Undefined,
        Tree::Null => Tree::Null,
        Tree::Bool(value) => Tree::Bool(*value),
        Tree::Number(value) => Tree::Number(*value),
        Tree::String(value) => Tree::String(value.clone()),
        Tree::BigInt(value) => Tree::BigInt(value.clone()),
        Tree::Date(value) => Tree::Date(*value),
        Tree::Bytes(value) => Tree::Bytes(value.clone()),
        Tree::Url(value) => Tree::Url(value.clone()),
        Tree::Headers(value) => Tree::Headers(value.clone()),
        Tree::Array(items) => Tree::Array(items.iter().map(data_only).collect::<Option<_>>()?),
        Tree::Object(members) => {
            let mut object = Object::with_capacity(members.len());
            for (key, member) in members.iter() {
                object.push(key.to_owned(), data_only(member)?);
            }
            Tree::Object(object)
        }
        Tree::Error(error) => Tree::Error(Box::new(data_of(error))),
        Tree::Request(_) | Tree::Response(_) | Tree::Blob(_) | Tree::Capability(_) => return None,
    })
}
