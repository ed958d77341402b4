//! Streams of a peer's, to write to: what it has passed, and pipes that were made to it.

use std::sync::Arc;

use crate::connection::shared::Connection;
use crate::error::Error;
use crate::hook::{Hook, Lock, Mapper, Nature, Resolver, Room, Streamed, Value, Waiter, itself};
use crate::ids::ImportRef;
use crate::session::Refused;
use crate::value::Path;

/// A stream that a peer reads from. Dropping it releases it.
pub(in crate::connection) struct ImportWritable {
    connection: Arc<Connection>,
    import: ImportRef,
    lock: Lock,
}

impl ImportWritable {
    pub(in crate::connection) fn new(connection: Arc<Connection>, import: ImportRef) -> Self {
        Self {
            connection,
            import,
            lock: Lock::default(),
        }
    }
}

impl Hook for ImportWritable {
    /// Hands on what is written through it: what its own holder was answered, the writer is.
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        match self.connection.stream(self.import, path, args) {
            Ok(streamed) => result.settle_from(&streamed.answer, Clone::clone),
            Err(error) => result.settle(Err(error)),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        match self.connection.push(self.import, path, None) {
            Ok(promise) => result.follow(promise),
            Err(Refused::Failed(error)) => result.settle(Err(error)),
            // The entry stays as long as this handle.
            Err(Refused::Settled { .. }) => result.settle(Ok(Value::Undefined)),
        }
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        let text = "Cannot use map() on a WritableStream";
        result.settle(Err(Error::new(text).public()));
    }

    fn stream(self: Arc<Self>, method: &'static str, args: Vec<Value>) -> Result<Streamed, Error> {
        self.connection
            .stream(self.import, Path::single(method), args)
    }

    fn room(self: Arc<Self>) -> Option<Room> {
        self.connection.room()
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn import(&self) -> Option<ImportRef> {
        Some(self.import)
    }

    fn nature(&self) -> Nature<'_> {
        Nature::Writable(&self.lock)
    }
}

impl Drop for ImportWritable {
    fn drop(&mut self) {
        self.connection.release(self.import);
    }
}

impl Connection {
    /// Calls a stream of the peer's.
    fn stream(
        &self,
        import: ImportRef,
        path: Path,
        mut args: Vec<Value>,
    ) -> Result<Streamed, Error> {
        for arg in &mut args {
            self.screen(arg);
        }
        let (size, answer) = self.with(|machine| machine.stream(import, path, args, self))?;
        Ok(Streamed {
            size: Some(size),
            answer,
        })
    }
}
