//! References to what a peer holds.

use std::sync::Arc;

use super::shared::Connection;
use crate::hook::{
    Became, Cap, Hook, Mapper, OnBroken, PromiseCell, Resolver, State, Value, Waiter, itself,
    map_settled, map_value, promise,
};
use crate::ids::{ImportId, ImportRef};
use crate::session::Refused;
use crate::value::Path;

/// An object of the peer's. Dropping it releases it.
pub(super) struct ImportStub {
    connection: Arc<Connection>,
    import: ImportRef,
}

/// A promise of the peer's, or the result of a call to it.
///
/// Until it settles, calls on it go to the peer, pipelined; then they go to what it became,
/// wherever that is (protocol S-54).
pub(super) struct ImportPromise {
    connection: Arc<Connection>,
    import: ImportRef,
    cell: Arc<PromiseCell>,
}

impl ImportStub {
    pub(super) const fn new(connection: Arc<Connection>, import: ImportRef) -> Self {
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

impl ImportPromise {
    pub(super) const fn new(
        connection: Arc<Connection>,
        import: ImportRef,
        cell: Arc<PromiseCell>,
    ) -> Self {
        Self {
            connection,
            import,
            cell,
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
        waiter(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        self.connection.on_broken(callback);
    }

    fn import(&self) -> Option<ImportRef> {
        Some(self.import)
    }
}

impl Hook for ImportPromise {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        match self.connection.push(self.import, path, Some(args)) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, args }) => {
                self.cell.call(path, args.unwrap_or_default(), result);
            }
            Err(Refused::Failed(error)) => result.settle(Err(error)),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.follow(Cap::from_arc(self));
        }
        match self.connection.push(self.import, path, None) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, .. }) => self.cell.read(path, result),
            Err(Refused::Failed(error)) => result.settle(Err(error)),
        }
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if !mapper.can_travel() {
            return map_here(&Cap::from_arc(self), path, mapper, result);
        }
        match self.connection.push_map(self.import, path, mapper) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, args: mapper }) => self.cell.map(path, mapper, result),
            Err(Refused::Failed(error)) => result.settle(Err(error)),
        }
    }

    fn call_promise(self: Arc<Self>, path: Path, args: Vec<Value>) -> Cap {
        match self.connection.push(self.import, path, Some(args)) {
            Ok(promise) => promise,
            Err(Refused::Settled { path, args }) => {
                let (promise, result) = promise();
                self.cell.call(path, args.unwrap_or_default(), result);
                promise
            }
            Err(Refused::Failed(error)) => Cap::settled(Err(error)),
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        self.cell.when_settled(waiter);
        self.connection.pull(self.import);
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        let place = self.connection.on_broken(callback);
        let session = self.import.session;
        let connection = Arc::downgrade(&self.connection);
        self.cell.follow(Box::new(move |became| {
            let stays = |next: &Cap| {
                let import = next.import().filter(|import| import.session == session);
                import.is_some() && matches!(next.state(), State::Object)
            };
            // An object of the same session takes over the place in the order (protocol S-92).
            if matches!(became, Became::Reference(next) if stays(next)) {
                return;
            }
            let told = connection
                .upgrade()
                .and_then(|connection| connection.forget_broken(place));
            match (told, became) {
                (Some(callback), Became::Failed(error)) => callback(error),
                (Some(callback), Became::Reference(next)) => next.on_broken(callback),
                (_, _) => {}
            }
        }));
    }

    fn state(&self) -> State {
        self.cell.state()
    }

    fn import(&self) -> Option<ImportRef> {
        Some(self.import)
    }

    fn cell(&self) -> Option<&Arc<PromiseCell>> {
        Some(&self.cell)
    }
}

/// Applies a mapper on this side, to what a read of `path` gives. The value is kept until then: the
/// mapper is applied even if nobody waits for its result.
fn map_here(promise: &Cap, path: Path, mapper: Mapper, result: Resolver) {
    let value = if path.is_empty() {
        promise.clone()
    } else {
        promise.read_promise(path)
    };
    let kept = value.clone();
    value.when_settled(Box::new(move |outcome| {
        map_settled(outcome, &Path::EMPTY, mapper, result);
        drop(kept);
    }));
}

impl Drop for ImportStub {
    fn drop(&mut self) {
        self.connection.release(self.import);
    }
}

impl Drop for ImportPromise {
    fn drop(&mut self) {
        self.connection.release(self.import);
    }
}
