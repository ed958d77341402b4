//! Methods that are read as functions: they are still members of what is guarded.

use std::sync::Arc;

use super::guard::Guard;
use super::wrap::wrap;
use crate::audit::{Link, LinkKind};
use crate::hook::cap::{Cap, Hook, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::stream::Nature;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// Returns what was read at a member, so that calls of it, if it is a method, are judged like calls of
/// the member.
pub(super) fn guard_method(value: Value, guard: &Guard, path: &Path) -> Value {
    let Value::Capability(stub) = value else {
        return value;
    };
    Value::Capability(guarded(&stub, guard, path))
}

fn guarded(stub: &Stub, guard: &Guard, path: &Path) -> Stub {
    if stub.is_promise() {
        let (guard, path) = (guard.clone(), path.clone());
        let (promise, result) = promise();
        result.settle_from(&stub.clone().into_cap(), move |outcome| {
            Ok(guard_method(outcome.clone()?, &guard, &path))
        });
        return Stub::promise(promise);
    }
    if !stub.cap().may_be_method() || !matches!(stub.nature(), Nature::Object) {
        return stub.clone();
    }
    wrap(stub, |function| {
        Cap::new(Method {
            function,
            guard: guard.clone(),
            path: path.clone(),
        })
    })
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
