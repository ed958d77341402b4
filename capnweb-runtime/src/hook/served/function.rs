//! Functions as capabilities.

use std::sync::Arc;

use super::call::Args;
use super::interface::{Cancel, Reply};
use super::run::{Running, run, with_delivered};
use super::watch::Method;
use crate::audit::Link;
use crate::error::Error;
use crate::hook::cap::{Hook, Outcome, itself};
use crate::hook::promise::Resolver;
use crate::hook::settled;
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// What a function does when it is called.
pub(crate) trait Callable: Send + Sync + 'static {
    /// Starts a call; the arguments may still hold promises.
    fn invoke(&self, args: Vec<Value>, result: Resolver);

    /// Returns whether this is a method of some object.
    fn is_method(&self) -> bool {
        false
    }

    /// Returns what the function hands its calls on to, if it does.
    fn inner(&self) -> Option<Stub> {
        None
    }

    /// Returns what the object is called whose method this is: see [`Hook::link`].
    fn link(&self) -> Option<Link> {
        None
    }
}

/// A function: callable itself, without members.
pub(crate) struct FunctionHook<C>(C);

impl<C: Callable> FunctionHook<C> {
    pub(crate) const fn new(callable: C) -> Self {
        Self(callable)
    }
}

impl<C: Callable> Hook for FunctionHook<C> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        if path.is_empty() {
            return self.0.invoke(args, result);
        }
        result.settle(Err(no_member_called(&path, &path)));
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.settle(Ok(itself(self)));
        }
        result.settle(settled::find(&EMPTY, &path).map(|_| Value::Undefined));
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn is_method(&self) -> bool {
        self.0.is_method()
    }

    /// A function has none, whatever it hands its calls on to.
    fn interface(&self) -> Option<&'static str> {
        None
    }

    fn inner(&self) -> Option<Stub> {
        self.0.inner()
    }

    fn link(&self) -> Option<Link> {
        self.0.link()
    }
}

/// Returns how a call fails that goes to `rest`, inside of a function at the start of `path`: a
/// function has no members, so any path leads to what it would lead to in an empty object.
pub(super) fn no_member_called(path: &Path, rest: &Path) -> Error {
    settled::find(&EMPTY, rest).map_or_else(|error| error, |_| Error::not_a_function(path))
}

static EMPTY: Value = Value::Object(crate::value::Object::new());

/// Runs a closure over its arguments, once they are known.
pub(crate) fn call_function<F, A>(args: Vec<Value>, result: Resolver, body: F)
where
    F: FnOnce(Args) -> A + Send + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let (running, call) = Running::begin(FUNCTION, Cancel::Cooperative, result);
    let begin = |_, args| -> Reply { Box::pin(body(Args::new("", "the function", args))) };
    let entry = running.entry();
    run(move || with_delivered(args, call, entry, begin), running);
}

/// A function has no name.
const FUNCTION: Method = Method {
    interface: "",
    name: "(function)",
};
