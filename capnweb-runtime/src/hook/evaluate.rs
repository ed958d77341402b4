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

    /// Returns what an id names, to be awaited before it is delivered; or its value, if that is known.
    fn awaited(&mut self, id: WireId) -> Result<Value, Self::Failure> {
        self.named(id).map(promised)
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

    /// Applies a mapper to what it names, and returns the result, or the promise of it (protocol
    /// M-1).
    fn map(&mut self, remap: Remap) -> Result<Value, Self::Failure>;

    /// Reads what is at `path`, and returns that, or the promise of it.
    fn read(&mut self, target: Cap, path: Path) -> Result<Value, Self::Failure>;

    /// Calls what is at `path`, and returns the result, or the promise of it.
    fn call(&mut self, target: Cap, path: Path, args: Vec<Value>) -> Result<Value, Self::Failure>;

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
        Expr::Array(items) => Value::Array(evaluate_all(scope, items, evaluate)?),
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
        Expr::Capability(reference) => evaluate_reference(scope, reference)?,
    })
}

/// Does the same to an expression that will be evaluated again. Calls, and lists of them, are not
/// copied for that.
pub(crate) fn evaluate_again<S: Scope>(scope: &mut S, expr: &Expr) -> Result<Value, S::Failure> {
    match expr {
        Expr::Array(items) => Ok(Value::Array(evaluate_all(scope, items, evaluate_again)?)),
        Expr::Capability(WireRef::Pipeline(Target { id, path, args })) => match (path, args) {
            (None, _) => evaluate_awaited(scope, *id),
            (Some(path), None) => {
                let target = scope.named(*id)?;
                scope.read(target, path.clone())
            }
            (Some(path), Some(args)) => {
                let target = scope.named(*id)?;
                evaluate_call(scope, target, path.clone(), args, evaluate_again)
            }
        },
        other => evaluate(scope, other.clone()),
    }
}

fn evaluate_all<S: Scope, E>(
    scope: &mut S,
    items: impl IntoIterator<Item = E, IntoIter: ExactSizeIterator>,
    evaluate: fn(&mut S, E) -> Result<Value, S::Failure>,
) -> Result<Vec<Value>, S::Failure> {
    let items = items.into_iter();
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

fn evaluate_reference<S: Scope>(scope: &mut S, reference: WireRef) -> Result<Value, S::Failure> {
    let stub = match reference {
        WireRef::Export(id) => scope.introduced_object(id)?,
        WireRef::Promise(id) => scope.introduced_promise(id)?,
        WireRef::Import(target) if target.path.is_none() => Stub::of(scope.named(target.id)?),
        WireRef::Import(target) => as_object(evaluate_target(scope, target)?),
        WireRef::Pipeline(Target { id, path: None, .. }) => return evaluate_awaited(scope, id),
        WireRef::Pipeline(target) => return evaluate_target(scope, target),
        WireRef::Readable(id) => scope.readable(id)?,
        WireRef::Writable(id) => scope.writable(id)?,
        WireRef::Remap(remap) => return scope.map(*remap),
    };
    Ok(Value::Capability(stub))
}

/// Refers to the value of something of ours. To want a stream's value is to read it (protocol P-2).
fn evaluate_awaited<S: Scope>(scope: &mut S, id: WireId) -> Result<Value, S::Failure> {
    match scope.awaited(id)? {
        Value::Capability(stub) if stub.is_stream() => scope.read(stub.into_cap(), Path::EMPTY),
        value => Ok(value),
    }
}

/// Refers to something of ours (protocol W-43).
fn evaluate_target<S: Scope>(scope: &mut S, target: Target) -> Result<Value, S::Failure> {
    let cap = scope.named(target.id)?;
    match (target.path, target.args) {
        (None, _) => Ok(promised(cap)),
        (Some(path), None) => scope.read(cap, path),
        (Some(path), Some(args)) => evaluate_call(scope, cap, path, args, evaluate),
    }
}

fn evaluate_call<S: Scope, E>(
    scope: &mut S,
    target: Cap,
    path: Path,
    args: impl IntoIterator<Item = E, IntoIter: ExactSizeIterator>,
    evaluate: fn(&mut S, E) -> Result<Value, S::Failure>,
) -> Result<Value, S::Failure> {
    match evaluate_all(scope, args, evaluate) {
        Ok(args) => scope.call(target, path, args),
        Err(failure) => {
            scope.discard(Value::Capability(Stub::of(target)));
            Err(failure)
        }
    }
}

/// Refers to what a promise will become.
pub(crate) fn promised(promise: Cap) -> Value {
    Value::Capability(Stub::promise(promise))
}

/// Refers to a result as an object, whatever it is.
fn as_object(result: Value) -> Stub {
    match result {
        Value::Capability(stub) => stub.into_object(),
        data => Stub::of(Cap::settled(Ok(data))),
    }
}
