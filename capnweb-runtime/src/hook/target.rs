//! A local object that is served.

use std::sync::Arc;

use super::cap::{Cap, Hook, Waiter};
use super::deliver::deliver_all;
use super::function::{Callable, FunctionHook, no_member_called};
use super::interface::{Args, Cancel, Dispatch, MemberKind};
use super::resolver::Resolver;
use super::run::run;
use super::settled;
use super::{Stub, Value};
use crate::error::Error;
use crate::value::{Path, Segment};

/// A local object: the members its interface declares, and nothing else (protocol C-2).
pub(crate) struct Target<D>(D);

impl<D: Dispatch> Target<D> {
    pub(crate) const fn new(dispatch: D) -> Self {
        Self(dispatch)
    }

    /// Starts a member once its arguments are known; at once if they are.
    fn start(self: &Arc<Self>, member: usize, args: Vec<Value>, result: Resolver) {
        let interface = self.0.interface();
        let Some(declared) = interface.members.get(member) else {
            return result.settle(Err(Error::new("No such member.")));
        };
        let call = result.describe();
        let target = Arc::clone(self);
        let cancelled = (declared.cancel == Cancel::Drop).then(|| call.clone());
        let handler = async move {
            let args = deliver_all(args).await?;
            let args = Args::new(interface.name, declared.name, args);
            let reply = target.0.dispatch(member, call, args);
            drop(target);
            reply.await
        };
        match cancelled {
            None => run(handler, result),
            Some(call) => run(
                async move {
                    tokio::select! {
                        biased;
                        outcome = handler => outcome,
                        () = call.cancelled() => Err(Error::new("The call was cancelled.")),
                    }
                },
                result,
            ),
        }
    }

    fn member(&self, segment: &Segment) -> Option<(usize, MemberKind)> {
        let Segment::Name(name) = segment else {
            return None;
        };
        let (index, member) = self.0.interface().find(name)?;
        Some((index, member.kind))
    }

    /// Follows the first step of a longer path.
    fn step(self: Arc<Self>, segment: &Segment) -> Cap {
        match self.member(segment) {
            Some((index, MemberKind::Property)) => {
                let (promise, result) = super::promise::promise();
                self.start(index, Vec::new(), result);
                promise
            }
            Some((index, MemberKind::Method)) => method_of(self, index),
            None => Cap::settled(Ok(Value::Undefined)),
        }
    }
}

impl<D: Dispatch> Hook for Target<D> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        let Some((first, rest)) = path.split_first() else {
            return result.settle(Err(Error::not_a_function(&path)));
        };
        match self.member(first) {
            Some((index, MemberKind::Method)) if rest.is_empty() => self.start(index, args, result),
            Some((_, MemberKind::Method)) => {
                result.settle(Err(no_member_called(&path, &rest)));
            }
            _ => settled::call_within(&self.step(first), path, rest, args, result),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        let Some((first, rest)) = path.split_first() else {
            // An empty read of an object yields the object (protocol O-9).
            let this = Stub::of(Cap::from_arc(self));
            return result.settle(Ok(Value::Capability(this)));
        };
        match self.member(first) {
            Some((index, MemberKind::Property)) if rest.is_empty() => {
                self.start(index, Vec::new(), result);
            }
            None if rest.is_empty() => result.settle(Ok(Value::Undefined)),
            _ => self.step(first).read(rest, result),
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter(&Arc::new(Ok(Value::Capability(Stub::of(Cap::from_arc(
            self,
        ))))));
    }
}

/// A method read as if it were data: a function bound to its object (protocol C-3).
fn method_of<D: Dispatch>(target: Arc<Target<D>>, member: usize) -> Cap {
    Cap::new(FunctionHook::new(BoundMethod { target, member }))
}

struct BoundMethod<D> {
    target: Arc<Target<D>>,
    member: usize,
}

impl<D: Dispatch> Callable for BoundMethod<D> {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        self.target.start(self.member, args, result);
    }
}
