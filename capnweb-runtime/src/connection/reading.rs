//! Reading messages of the peer's.

use std::ops::ControlFlow;
use std::sync::Arc;

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use super::shared::Connection;
use crate::error::Disconnect;
use crate::wire::{self, DecodeError, Message};

/// What a message says, or what is wrong with it.
pub(super) type Read = Result<Message, DecodeError>;

/// A message that is being read.
pub(super) enum Reading {
    Done(Read),
    /// One that takes long is read where it keeps nobody waiting but its own session: other sessions
    /// may live on this thread.
    Elsewhere(JoinHandle<Read>),
}

impl Reading {
    /// Begins; `keep` makes what can be taken elsewhere of a text.
    pub(super) fn begin<T: AsRef<str>, K: AsRef<str> + Send + 'static>(
        connection: &Connection,
        text: T,
        keep: impl FnOnce(T) -> K,
    ) -> Self {
        let limits = connection.limits();
        if let Some(read) = wire::decode_at_once(text.as_ref(), limits) {
            return Self::Done(read);
        }
        let (text, limits) = (keep(text), Arc::clone(limits));
        Self::Elsewhere(spawn_blocking(move || wire::decode(text.as_ref(), &limits)))
    }
}

impl Connection {
    /// Takes a message of so many bytes that was read elsewhere.
    pub(super) fn handle_joined(
        &self,
        read: Result<Read, JoinError>,
        size: usize,
    ) -> ControlFlow<()> {
        if let Ok(message) = read {
            return self.handle_read(message, size);
        }
        // The runtime is shutting down.
        self.terminate(&Disconnect::Shutdown);
        ControlFlow::Break(())
    }
}
