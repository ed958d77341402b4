//! Promises that are settled in this process.

use std::sync::Arc;

use super::cell::PromiseCell;
use super::op::Became;
use super::resolver::Resolver;
use crate::hook::Value;
use crate::hook::cap::{Cap, Hook, OnBroken, State};
use crate::hook::map::Mapper;
use crate::hook::waiter::Waiter;
use crate::value::Path;

/// A promise made here, as opposed to one that a peer will settle.
struct LocalPromise(Arc<PromiseCell>);

/// Creates a promise and the right to settle it.
pub(crate) fn promise() -> (Cap, Resolver) {
    let cell = Arc::new(PromiseCell::new());
    let promise = Cap::new(LocalPromise(Arc::clone(&cell)));
    (promise, Resolver::new(cell))
}

/// Makes a handle to a promise that is settled by its cell, whether there are handles or not.
pub(crate) fn handle_of(cell: &Arc<PromiseCell>) -> Arc<dyn Hook> {
    Arc::new(LocalPromise(Arc::clone(cell)))
}

impl Hook for LocalPromise {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        self.0.call(path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        self.0.read(path, result);
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        self.0.map(path, mapper, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        self.0.when_settled(waiter);
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.0.follow(Box::new(move |became| match became {
            Became::Failed(error) => callback(error),
            Became::Reference(next) => next.on_broken(callback),
            Became::Data => {}
        }));
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn cell(&self) -> Option<&Arc<PromiseCell>> {
        Some(&self.0)
    }
}

impl Drop for LocalPromise {
    fn drop(&mut self) {
        // Where there is nobody to settle it any more, there is nobody to be told.
        if Arc::get_mut(&mut self.0).is_none() {
            self.0.abandon();
        }
    }
}
