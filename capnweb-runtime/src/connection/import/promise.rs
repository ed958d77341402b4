//! Promises of a peer's, and the results of calls to it.

use std::sync::Arc;

use crate::connection::shared::Connection;
use crate::error::Error;
use crate::hook::{
    Became, Cap, Hook, Mapper, OnBroken, PromiseCell, Resolver, State, Value, Waiter, map_settled,
    promise,
};
use crate::ids::ImportRef;
use crate::session::Refused;
use crate::value::Path;

/// A promise of the peer's, or the result of a call to it.
///
/// Until it settles, calls on it go to the peer, pipelined; then they go to what it became,
/// wherever that is (protocol S-54).
pub(in crate::connection) struct ImportPromise {
    connection: Arc<Connection>,
    import: ImportRef,
    cell: Arc<PromiseCell>,
}

impl ImportPromise {
    pub(in crate::connection) const fn new(
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

    /// Returns how what is done with the promise fails: as the promise has, if it has.
    fn why(&self, error: Error) -> Error {
        match self.cell.state() {
            State::Settled(outcome) => outcome.as_ref().as_ref().err().cloned().unwrap_or(error),
            _ => error,
        }
    }
}

impl Hook for ImportPromise {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        match self.connection.push(self.import, path, Some(args)) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, args }) => {
                self.cell.call(path, args.unwrap_or_default(), result);
            }
            Err(Refused::Failed(error)) => result.settle(Err(self.why(error))),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if path.is_empty() {
            return result.follow(Cap::from_arc(self));
        }
        match self.connection.push(self.import, path, None) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, .. }) => self.cell.read(path, result),
            Err(Refused::Failed(error)) => result.settle(Err(self.why(error))),
        }
    }

    fn map(self: Arc<Self>, path: Path, mapper: Mapper, result: Resolver) {
        if !mapper.can_travel() {
            return map_here(&Cap::from_arc(self), path, mapper, result);
        }
        match self.connection.push_map(self.import, path, mapper) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Settled { path, args: mapper }) => self.cell.map(path, mapper, result),
            Err(Refused::Failed(error)) => result.settle(Err(self.why(error))),
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
            Err(Refused::Failed(error)) => Cap::settled(Err(self.why(error))),
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

impl Drop for ImportPromise {
    fn drop(&mut self) {
        self.connection.release(self.import);
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
    value.when_settled(Waiter::new(move |outcome| {
        map_settled(outcome, &Path::EMPTY, mapper, result);
        drop(kept);
    }));
}
