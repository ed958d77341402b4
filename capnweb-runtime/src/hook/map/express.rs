//! From values to expressions, in the ids of a recording.

use super::record::{Lead, Recordings, lead, wire_id};
use crate::error::{Error, Unsendable};
use crate::hook::{Stub, Value};
use crate::value::{ErrorValue, Object};
use crate::wire::{EncodeError, Expr, MAX_ENCODE_DEPTH, Target, WireRef};

/// Turns a value into an expression of the innermost recording (protocol M-33).
pub(super) fn express(open: &mut Recordings, value: &Value, depth: usize) -> Result<Expr, Error> {
    if depth >= MAX_ENCODE_DEPTH {
        return Err(Unsendable::Value(EncodeError::TooDeep).into());
    }
    let below = depth.saturating_add(1);
    Ok(match value {
        Value::Undefined => Expr::Undefined,
        Value::Null => Expr::Null,
        Value::Bool(value) => Expr::Bool(*value),
        Value::Number(value) => Expr::Number(*value),
        Value::String(value) => Expr::String(value.clone()),
        Value::BigInt(value) => Expr::BigInt(value.clone()),
        Value::Date(value) => Expr::Date(*value),
        Value::Bytes(value) => Expr::Bytes(value.clone()),
        Value::Url(value) => Expr::Url(value.clone()),
        Value::Headers(value) => Expr::Headers(value.clone()),
        Value::Array(items) => {
            let items = items.iter().map(|item| express(open, item, below));
            Expr::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => Expr::Object(express_members(open, members, below)?),
        Value::Error(error) => {
            let mut expr =
                ErrorValue::new(error.class, error.message.clone()).for_audience(error.audience());
            expr.stack.clone_from(&error.stack);
            expr.props = express_members(open, &error.props, below)?;
            Expr::Error(Box::new(expr))
        }
        Value::Request(request) => {
            let request = request.as_ref().clone();
            Expr::Request(Box::new(
                request.try_map(|body| express_body(open, &body, below))?,
            ))
        }
        Value::Response(response) => {
            let response = response.as_ref().clone();
            Expr::Response(Box::new(
                response.try_map(|body| express_body(open, &body, below))?,
            ))
        }
        Value::Blob(_) => return Err(streams()),
        Value::Capability(stub) => express_stub(open, stub, depth)?,
    })
}

fn express_members(
    open: &mut Recordings,
    members: &Object<Stub>,
    depth: usize,
) -> Result<Object<WireRef>, Error> {
    let mut object = Object::with_capacity(members.len());
    for (key, member) in members.iter() {
        object.push(key.to_owned(), express(open, member, depth)?);
    }
    Ok(object)
}

/// Bodies that travel as streams cannot be part of a mapper (protocol M-3).
fn express_body(open: &mut Recordings, body: &Value, depth: usize) -> Result<Expr, Error> {
    match body {
        Value::Null | Value::String(_) => express(open, body, depth),
        _ => Err(streams()),
    }
}

/// Names a reference. One whose value has arrived goes by value.
fn express_stub(open: &mut Recordings, stub: &Stub, depth: usize) -> Result<Expr, Error> {
    let stub = match lead(stub)? {
        Lead::Stub(stub) if stub.is_stream() => return Err(streams()),
        Lead::Stub(stub) => stub,
        Lead::Data(Value::Capability(_)) => return Err(streams()),
        Lead::Data(value) => return express(open, &value, depth),
    };
    let target = Target {
        id: wire_id(open.id_of(stub.cap())?),
        path: (!stub.path().is_empty()).then(|| stub.path().clone()),
        args: None,
    };
    Ok(Expr::Capability(
        if stub.is_promise() || stub.cap().mark().is_some() {
            WireRef::Pipeline(target)
        } else {
            WireRef::Import(target)
        },
    ))
}

fn streams() -> Error {
    Error::type_error(
        "Streams, and what travels as one, cannot be used inside the closure of a `map`.",
    )
}
