//! Objects of a peer's.

use std::sync::Arc;

use crate::connection::shared::Connection;
use crate::hook::{Cap, Hook, Mapper, OnBroken, Resolver, Value, Waiter, itself, map_value};
use crate::ids::{ImportId, ImportRef};
use crate::session::Refused;
use crate::value::Path;

/// An object of the peer's. Dropping it releases it.
pub(in crate::connection) struct ImportStub {
    connection: Arc<Connection>,
    import: ImportRef,
}

impl ImportStub {
    pub(in crate::connection) const fn new(connection: Arc<Connection>, import: ImportRef) -> Self {
        Self { connection, import }
    }

    fn push(&self, path: Path, args: Option<Vec<Value>>) -> Cap {
        match self.connection.push(self.import, path, args) {
            Ok(promise) => promise,
            Err(Refused::Failed(error)) => Cap::settled(Err(error)),
            // The entry of an object stays as long as this handle.
            Err(Refused::Settled { .. }) => Cap::settled(Ok(Value::Undefined)),
        }
    }
}

impl Hook for ImportStub {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        result.follow(self.push(path, Some(args)));
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() && self.import.id != ImportId::MAIN {
            // It is known to be an object, and its own value.
            return result.settle(Ok(itself(self)));
        }
        result.follow(self.push(path, None));
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if !mapper.can_travel() {
            return map_value(self, path, mapper, result);
        }
        match self.connection.push_map(self.import, path, mapper) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Failed(error)) => result.settle(Err(error)),
            // The entry of an object stays as long as this handle.
            Err(Refused::Settled { .. }) => result.settle(Ok(Value::Undefined)),
        }
    }

    fn call_promise(self: Arc<Self>, path: Path, args: Vec<Value>) -> Cap {
        self.push(path, Some(args))
    }

    fn fetch(self: Arc<Self>) -> Cap {
        self.push(Path::EMPTY, None)
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.connection.on_broken(callback);
    }

    fn import(&self) -> Option<ImportRef> {
        Some(self.import)
    }
}

impl Drop for ImportStub {
    fn drop(&mut self) {
        self.connection.release(self.import);
    }
}
