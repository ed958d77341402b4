//! What can be thrown across a session: data, without the capabilities that were in it.

use super::effect::Effect;
use crate::hook::Value;
use crate::value::{ErrorClass, ErrorValue, Object, Tree};

/// Makes a thrown value ready for a rejection, where capabilities have no owner: a property that
/// holds one is left out (protocol W-27).
pub(super) fn without_capabilities<C>(thrown: Value, effects: &mut Vec<Effect>) -> Tree<C> {
    match thrown {
        Value::Error(error) => {
            let mut expr = ErrorValue::new(error.class, error.message);
            expr.stack = error.stack;
            for (key, prop) in error.props {
                if let Some(prop) = data_only(prop, effects) {
                    expr.props.push(key, prop);
                }
            }
            Tree::Error(Box::new(expr))
        }
        other => data_only(other, effects).unwrap_or_else(|| {
            let message = "Can't serialize RPC stubs in this context.";
            Tree::Error(Box::new(ErrorValue::new(ErrorClass::Error, message)))
        }),
    }
}

/// Returns the value as an expression if there is no capability in it, and no blob.
fn data_only<C>(value: Value, effects: &mut Vec<Effect>) -> Option<Tree<C>> {
    Some(match value {
        Value::Undefined => Tree::Undefined,
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(value),
        Value::Number(value) => Tree::Number(value),
        Value::String(value) => Tree::String(value),
        Value::BigInt(value) => Tree::BigInt(value),
        Value::Date(value) => Tree::Date(value),
        Value::Bytes(value) => Tree::Bytes(value),
        Value::Array(items) => {
            // Every element is visited, so that each capability is dropped outside.
            let items: Vec<_> = items
                .into_iter()
                .map(|item| data_only(item, effects))
                .collect();
            Tree::Array(items.into_iter().collect::<Option<_>>()?)
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .into_iter()
                .map(|(key, value)| (key, data_only(value, effects)))
                .collect();
            let mut object = Object::with_capacity(members.len());
            for (key, member) in members {
                object.push(key, member?);
            }
            Tree::Object(object)
        }
        Value::Url(value) => Tree::Url(value),
        Value::Headers(value) => Tree::Headers(value),
        Value::Request(request) => {
            let request = request.try_map(|body| data_only(body, effects).ok_or(()));
            Tree::Request(Box::new(request.ok()?))
        }
        Value::Response(response) => {
            let response = response.try_map(|body| data_only(body, effects).ok_or(()));
            Tree::Response(Box::new(response.ok()?))
        }
        Value::Blob(blob) => {
            // Its contents would be a stream, of which there is no reader (protocol B-30).
            effects.push(Effect::Drop(blob.content));
            return None;
        }
        error @ Value::Error(_) => without_capabilities(error, effects),
        Value::Capability(stub) => {
            effects.push(Effect::drop_stub(stub));
            return None;
        }
    })
}
