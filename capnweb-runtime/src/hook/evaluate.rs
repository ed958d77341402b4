//! From expressions to values: one way for the messages of a session and for replayed mappers.

use super::cap::Cap;
use super::{Stub, Value};
use crate::ids::WireId;
use crate::value::{Blob, ErrorValue, Object, Path, is_dropped};
use crate::wire::{Expr, Remap, Target, WireRef};

/// What the references in an expression mean: whose ids they are, how a call on them begins, and
/// what may be introduced.
pub(crate) trait Scope {
    /// Why an expression cannot be evaluated.
    type Failure;

    /// Returns what an id of this side's names.
    fn named(&mut self, id: WireId) -> Result<Cap, Self::Failure>;

    /// Returns what an id names, to be awaited before it is delivered.
    fn awaited(&mut self, id: WireId) -> Result<Stub, Self::Failure> {
        self.named(id).map(Stub::promise)
    }

    /// Takes an object that the sender introduces (protocol W-40).
    fn introduced_object(&mut self, id: WireId) -> Result<Stub, Self::Failure>;

    /// Takes a promise that the sender introduces (protocol W-41).
    fn introduced_promise(&mut self, id: WireId) -> Result<Stub, Self::Failure>;

    /// Takes the end of a pipe that is read from (protocol W-37).
    fn readable(&mut self, id: WireId) -> Result<Stub, Self::Failure>;

    /// Takes a stream that the sender reads from what is written to it (protocol W-38).
    fn writable(&mut self, id: WireId) -> Result<Stub, Self::Failure>;

    /// Begins to receive a blob, and returns the promise of it (protocol W-36).
    fn blob(&mut self, media_type: String, content: Stub) -> Result<Cap, Self::Failure>;

    /// Applies a mapper to what it names, and returns the promise of the result (protocol M-1).
    fn map(&mut self, remap: Remap) -> Result<Cap, Self::Failure>;

    /// Reads what is at `path`, and returns the promise of it.
    fn read(&mut self, target: Cap, path: Path) -> Result<Cap, Self::Failure>;

    /// Calls what is at `path`, and returns the promise of the result.
    fn call(&mut self, target: Cap, path: Path, args: Vec<Value>) -> Result<Cap, Self::Failure>;

    /// Lets go of a value that has no place. It is not dropped where it is found, because a drop
    /// may come back to the session.
    fn discard(&mut self, value: Value);
}

/// Turns an expression into a value, depth first, array elements and members in order (protocol
/// W-5). Calls in it begin in that order.
pub(crate) fn evaluate<S: Scope>(scope: &mut S, expr: Expr) -> Result<Value, S::Failure> {
    Ok(match expr {
        Expr::Undefined => Value::Undefined,
        Expr::Null => Value::Null,
        Expr::Bool(value) => Value::Bool(value),
        Expr::Number(value) => Value::Number(value),
        Expr::String(value) => Value::String(value),
        Expr::BigInt(value) => Value::BigInt(value),
        Expr::Date(value) => Value::Date(value),
        Expr::Bytes(value) => Value::Bytes(value),
        Expr::Array(items) => Value::Array(evaluate_all(scope, items)?),
        Expr::Object(object) => Value::Object(evaluate_members(scope, object)?),
        Expr::Error(error) => {
            let mut value = ErrorValue::new(error.class, error.message);
            value.stack = error.stack;
            value.props = evaluate_members(scope, error.props)?;
            Value::Error(Box::new(value))
        }
        Expr::Url(value) => Value::Url(value),
        Expr::Headers(value) => Value::Headers(value),
        Expr::Request(request) => {
            Value::Request(Box::new(request.try_map(|body| evaluate(scope, body))?))
        }
        Expr::Response(response) => {
            Value::Response(Box::new(response.try_map(|body| evaluate(scope, body))?))
        }
        Expr::Blob(blob) => evaluate_blob(scope, *blob)?,
        Expr::Capability(reference) => Value::Capability(evaluate_reference(scope, reference)?),
    })
}

fn evaluate_all<S: Scope>(scope: &mut S, items: Vec<Expr>) -> Result<Vec<Value>, S::Failure> {
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        match evaluate(scope, item) {
            Ok(value) => values.push(value),
            Err(failure) => {
                scope.discard(Value::Array(values));
                return Err(failure);
            }
        }
    }
    Ok(values)
}

/// Evaluates members, and then drops those that no object may have (protocol W-19).
fn evaluate_members<S: Scope>(
    scope: &mut S,
    members: Object<WireRef>,
) -> Result<Object<Stub>, S::Failure> {
    let mut object = Object::with_capacity(members.len());
    for (key, member) in members {
        match evaluate(scope, member) {
            Ok(value) if is_dropped(&key) => scope.discard(value),
            Ok(value) => object.push(key, value),
            Err(failure) => {
                scope.discard(Value::Object(object));
                return Err(failure);
            }
        }
    }
    Ok(object)
}

/// Takes a blob, whose content is a stream: until that has ended, it is a promise.
fn evaluate_blob<S: Scope>(scope: &mut S, blob: Blob<Expr>) -> Result<Value, S::Failure> {
    let blob = blob.try_map(|content| evaluate(scope, content))?;
    Ok(match blob.content {
        Value::Capability(stream) => {
            let promise = scope.blob(blob.media_type, stream)?;
            Value::Capability(Stub::promise(promise))
        }
        _ => Value::Blob(Box::new(blob)),
    })
}

fn evaluate_reference<S: Scope>(scope: &mut S, reference: WireRef) -> Result<Stub, S::Failure> {
    match reference {
        WireRef::Export(id) => scope.introduced_object(id),
        WireRef::Promise(id) => scope.introduced_promise(id),
        WireRef::Import(target) if target.path.is_none() => Ok(Stub::of(scope.named(target.id)?)),
        WireRef::Import(target) => Ok(evaluate_target(scope, target)?.into_object()),
        WireRef::Pipeline(Target { id, path: None, .. }) => evaluate_awaited(scope, id),
        WireRef::Pipeline(target) => evaluate_target(scope, target),
        WireRef::Readable(id) => scope.readable(id),
        WireRef::Writable(id) => scope.writable(id),
        WireRef::Remap(remap) => Ok(Stub::promise(scope.map(*remap)?)),
    }
}

/// Refers to the value of something of ours. To want a stream's value is to read it (protocol P-2).
fn evaluate_awaited<S: Scope>(scope: &mut S, id: WireId) -> Result<Stub, S::Failure> {
    let stub = scope.awaited(id)?;
    if !stub.is_stream() {
        return Ok(stub);
    }
    let read = scope.read(stub.into_cap(), Path::EMPTY)?;
    Ok(Stub::promise(read))
}

/// Refers to something of ours (protocol W-43).
fn evaluate_target<S: Scope>(scope: &mut S, target: Target) -> Result<Stub, S::Failure> {
    let cap = scope.named(target.id)?;
    let cap = match (target.path, target.args) {
        (None, _) => cap,
        (Some(path), None) => scope.read(cap, path)?,
        (Some(path), Some(args)) => {
            let args = match evaluate_all(scope, args) {
                Ok(args) => args,
                Err(failure) => {
                    scope.discard(Value::Capability(Stub::of(cap)));
                    return Err(failure);
                }
            };
            scope.call(cap, path, args)?
        }
    };
    Ok(Stub::promise(cap))
}
