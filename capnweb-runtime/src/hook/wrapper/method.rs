//! Methods that are read as functions: they are still members of what they were read of.

use std::sync::Arc;

use super::guard::Guard;
use super::wrap::wrap;
use crate::audit::{Link, LinkKind};
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// Returns what was read at a member, so that calls of it, if it is a method, are judged like calls of
/// the member.
pub(super) fn guard_method(value: Value, guard: Guard, path: Path) -> Value {
    wrap_method(value, move |function| {
        Cap::new(Method {
            function,
            guard,
            path,
        })
    })
}

/// Puts something in front of what was read at a member, if that may be a method; of what is promised,
/// once it is known.
pub(super) fn wrap_method(value: Value, front: impl FnOnce(Stub) -> Cap + Send + 'static) -> Value {
    let Value::Capability(stub) = value else {
        return value;
    };
    if stub.is_promise() {
        let (promise, result) = promise();
        result.settle_from(&stub.into_cap(), move |outcome| {
            Ok(wrap_method(outcome.clone()?, front))
        });
        return Value::Capability(Stub::promise(promise));
    }
    if !stub.cap().may_be_method() || stub.is_stream() {
        return Value::Capability(stub);
    }
    Value::Capability(wrap(&stub, front))
}

/// Something that may be a method. If it is an object after all, that has members of its own, which
/// are not guarded.
struct Method {
    function: Stub,
    guard: Guard,
    path: Path,
}

impl Hook for Method {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        if !path.is_empty() {
            return self.function.pass_call(path, args, result);
        }
        let function = self.function.clone();
        let guard = self.guard.clone();
        guard.call(self.path.clone(), args, result, move |_, args, result| {
            function.pass_call(Path::EMPTY, args, result);
        });
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.settle(Ok(itself(self)));
        }
        self.function.pass_read(path, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn is_method(&self) -> bool {
        true
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.function.clone())
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Guard))
    }
}
