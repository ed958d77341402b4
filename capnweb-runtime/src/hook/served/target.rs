//! A local object that is served.

use std::sync::Arc;

use super::call::Args;
use super::interface::{Dispatch, MemberKind};
use super::members::{self, Members};
use super::run::{Running, run, with_delivered};
use super::watch::Method;
use crate::error::Error;
use crate::hook::Value;
use crate::hook::cap::{Hook, itself};
use crate::hook::promise::Resolver;
use crate::hook::waiter::Waiter;
use crate::value::Path;

/// A local object: the members its interface declares, and nothing else (protocol C-2).
pub(crate) struct Target<D>(D);

impl<D: Dispatch> Target<D> {
    pub(crate) const fn new(dispatch: D) -> Self {
        Self(dispatch)
    }

    /// Starts a member once its arguments are known; at once if they are.
    fn start(self: Arc<Self>, member: usize, args: Vec<Value>, result: Resolver) {
        let interface = self.0.interface();
        let Some(declared) = interface.members.get(member) else {
            return result.settle(Err(Error::new("No such member.")));
        };
        let method = Method {
            interface: interface.name,
            name: declared.name,
        };
        let (running, call) = Running::begin(method, declared.cancel, result);
        let begin = move |call, args| {
            let args = Args::new(interface.name, declared.name, args);
            self.0.dispatch(member, call, args)
        };
        let entry = running.entry();
        run(move || with_delivered(args, call, entry, begin), running);
    }
}

impl<D: Dispatch> Members for Target<D> {
    type Member = usize;

    fn find(&self, name: &str) -> Option<(usize, MemberKind)> {
        let (index, member) = self.0.interface().find(name)?;
        Some((index, member.kind))
    }

    fn call_member(self: Arc<Self>, member: usize, args: Vec<Value>, result: Resolver) {
        self.start(member, args, result);
    }

    fn read_member(self: Arc<Self>, member: usize, result: Resolver) {
        self.start(member, Vec::new(), result);
    }
}

impl<D: Dispatch> Hook for Target<D> {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        members::call(self, path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        members::read(self, &path, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn interface(&self) -> Option<&'static str> {
        Some(self.0.interface().name)
    }
}
