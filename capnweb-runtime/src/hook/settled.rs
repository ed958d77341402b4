//! Calls and reads on a value that is known: following a path through data (protocol C-1).

use std::sync::Arc;

use super::cap::{Cap, Outcome, State};
use super::map::Mapper;
use super::promise::Resolver;
use super::waiter::Waiter;
use super::{Stub, Value};
use crate::error::Error;
use crate::value::{Path, Segment, is_dropped};

/// Where a path leads.
pub(crate) enum Found<'a> {
    /// To data.
    Data(&'a Value),
    /// To a capability, and from there on.
    Beyond(Stub),
}

/// Calls what is at `path` of a settled promise.
pub(super) fn call(outcome: &Arc<Outcome>, path: &Path, args: Vec<Value>, result: Resolver) {
    call_at(outcome, path, path, args, result);
}

/// Calls what is at `rest` of a member, once it is known; `path` led to it from its object.
pub(super) fn call_within(
    member: &Cap,
    path: Path,
    rest: Path,
    args: Vec<Value>,
    result: Resolver,
) {
    result.wait_for(member);
    member.when_settled(Waiter::new(move |outcome| match result.refusal() {
        None => call_at(outcome, &path, &rest, args, result),
        Some(error) => result.settle(Err(error)),
    }));
}

fn call_at(outcome: &Outcome, path: &Path, rest: &Path, args: Vec<Value>, result: Resolver) {
    let found = match outcome {
        Ok(value) => find(value, rest),
        Err(error) => return result.settle(Err(error.clone())),
    };
    match found {
        Ok(Found::Beyond(stub)) => stub.pass_call(Path::EMPTY, args, result),
        Ok(Found::Data(_)) => result.settle(Err(Error::not_a_function(path))),
        Err(error) => result.settle(Err(error)),
    }
}

/// Reads what is at `path` of a settled promise.
pub(super) fn read(outcome: &Arc<Outcome>, path: &Path, result: Resolver) {
    let found = match outcome.as_ref() {
        Ok(value) => find(value, path),
        Err(error) => return result.settle(Err(error.clone())),
    };
    match found {
        Ok(Found::Beyond(stub)) if stub.path().is_empty() => {
            result.settle(Ok(Value::Capability(stub)));
        }
        Ok(Found::Beyond(stub)) => stub.pass_read(Path::EMPTY, result),
        Ok(Found::Data(value)) => result.settle(Ok(value.clone())),
        Err(error) => result.settle(Err(error)),
    }
}

/// Applies a mapper to what is at `path` of a settled promise.
pub(crate) fn map(outcome: &Arc<Outcome>, path: &Path, mapper: Mapper, result: Resolver) {
    let found = match outcome.as_ref() {
        Ok(value) => find(value, path),
        Err(error) => return result.settle(Err(error.clone())),
    };
    match found {
        Ok(Found::Beyond(stub)) if is_elsewhere(&stub) => {
            mapper.apply(&Value::Capability(stub), result);
        }
        Ok(Found::Beyond(stub)) => stub.pass_map(mapper, result),
        Ok(Found::Data(value)) => mapper.apply(value, result),
        Err(error) => result.settle(Err(error)),
    }
}

/// Returns whether this is an object of a peer's, as a value. It is an input like any other (protocol
/// M-1): whoever has it is told what is called on it, and not handed the mapper with what that has
/// taken in from around it.
fn is_elsewhere(stub: &Stub) -> bool {
    let is_object = matches!(stub.cap().state(), State::Object) && stub.path().is_empty();
    is_object && stub.cap().import().is_some()
}

/// Follows a path. A stream has no members, and is not called through what it is part of (protocol
/// P-2, P-26). One step past `null` is `undefined`; a step past `undefined` fails.
pub(crate) fn find<'a>(value: &'a Value, path: &Path) -> Result<Found<'a>, Error> {
    let mut here = value;
    let mut rest = path.segments();
    loop {
        if let Value::Capability(stub) = here
            && !stub.is_stream()
        {
            return Ok(Found::Beyond(stub.at(rest.iter().cloned().collect())));
        }
        let Some((segment, further)) = rest.split_first() else {
            return Ok(Found::Data(here));
        };
        here = member(here, segment)?;
        rest = further;
    }
}

fn member<'a>(value: &'a Value, segment: &Segment) -> Result<&'a Value, Error> {
    if let Segment::Name(name) = segment
        && name.as_str() != "toJSON"
        && is_dropped(name)
    {
        return Ok(&Value::Undefined);
    }
    let found = match (value, segment) {
        (Value::Undefined, _) => return Err(Error::cannot_read(segment)),
        (Value::Object(object), Segment::Name(name)) => object.get(name),
        (Value::Object(object), Segment::Index(index)) => object.get(&index.to_string()),
        (Value::Array(array), Segment::Index(index)) => usize::try_from(*index)
            .ok()
            .and_then(|index| array.get(index)),
        _ => None,
    };
    Ok(found.unwrap_or(&Value::Undefined))
}
