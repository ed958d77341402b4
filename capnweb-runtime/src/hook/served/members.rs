//! Objects with members: where a path leads that starts at one.

use std::sync::Arc;

use super::function::{Callable, FunctionHook, no_member_called};
use super::interface::MemberKind;
use crate::audit::{Decision, Link};
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::settled;
use crate::hook::{Stub, Value};
use crate::value::{Path, Segment};

/// An object that has members and nothing else: a served object, or a facet of one.
///
/// Both answer calls and reads through [`call`] and [`read`], so that a member which a facet lacks
/// and one that never existed cannot be told apart.
pub(in crate::hook) trait Members: Hook + Sized {
    /// What the object knows one of its members by.
    type Member: Copy + Send + Sync + 'static;

    /// Finds a member by its wire name.
    fn find(&self, name: &str) -> Option<(Self::Member, MemberKind)>;

    /// Calls a method.
    fn call_member(self: Arc<Self>, member: Self::Member, args: Vec<Value>, result: Resolver);

    /// Reads a property.
    fn read_member(self: Arc<Self>, member: Self::Member, result: Resolver);
}

/// Calls what is at `path` of an object.
pub(in crate::hook) fn call<O: Members>(
    object: Arc<O>,
    path: Path,
    args: Vec<Value>,
    result: Resolver,
) {
    let Some((first, rest)) = path.split_first() else {
        return result.settle(Err(Error::not_a_function(&path)));
    };
    match find(object.as_ref(), first) {
        Some((member, MemberKind::Method)) if rest.is_empty() => {
            object.call_member(member, args, result);
        }
        Some((_, MemberKind::Method)) => result.settle(Err(no_member_called(&path, &rest))),
        None => call_absent(path, args, result),
        found => settled::call_within(&step(object, found), path, rest, args, result),
    }
}

/// Reads what is at `path` of an object.
pub(in crate::hook) fn read<O: Members>(object: Arc<O>, path: &Path, result: Resolver) {
    let Some((first, rest)) = path.split_first() else {
        // An empty read of an object yields the object (protocol O-9).
        return result.settle(Ok(itself(object)));
    };
    match find(object.as_ref(), first) {
        Some((member, MemberKind::Property)) if rest.is_empty() => {
            object.read_member(member, result);
        }
        None => read_absent(path, result),
        found => step(object, found).read(rest, result),
    }
}

/// Answers a call of what is not there.
pub(in crate::hook) fn call_absent(path: Path, args: Vec<Value>, result: Resolver) {
    result.decide(Decision::Absent);
    match path.split_first() {
        Some((_, rest)) => settled::call_within(&nothing(), path, rest, args, result),
        None => result.settle(Err(Error::not_a_function(&path))),
    }
}

/// Answers a read of what is not there.
pub(in crate::hook) fn read_absent(path: &Path, result: Resolver) {
    result.decide(Decision::Absent);
    match path.split_first() {
        Some((_, rest)) if !rest.is_empty() => nothing().read(rest, result),
        _ => result.settle(Ok(Value::Undefined)),
    }
}

fn nothing() -> Cap {
    Cap::settled(Ok(Value::Undefined))
}

fn find<O: Members>(object: &O, segment: &Segment) -> Option<(O::Member, MemberKind)> {
    match segment {
        Segment::Name(name) => object.find(name),
        Segment::Index(_) => None,
    }
}

/// Takes the first step of a longer path.
fn step<O: Members>(object: Arc<O>, found: Option<(O::Member, MemberKind)>) -> Cap {
    match found {
        Some((member, MemberKind::Property)) => {
            let (promise, result) = promise();
            object.read_member(member, result);
            promise
        }
        Some((member, MemberKind::Method)) => {
            Cap::new(FunctionHook::new(BoundMethod { object, member }))
        }
        None => nothing(),
    }
}

/// A method read as if it were data: a function bound to its object (protocol C-3).
struct BoundMethod<O: Members> {
    object: Arc<O>,
    member: O::Member,
}

impl<O: Members> Callable for BoundMethod<O> {
    fn is_method(&self) -> bool {
        true
    }

    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        Arc::clone(&self.object).call_member(self.member, args, result);
    }

    fn inner(&self) -> Option<Stub> {
        self.object.inner()
    }

    fn link(&self) -> Option<Link> {
        self.object.link()
    }
}
