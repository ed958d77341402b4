//! The end of a session.

use std::sync::Arc;

use super::effect::Effect;
use super::imports::ImportKind;
use super::machine::Machine;
use super::thrown::without_capabilities;
use crate::config::Certainty;
use crate::error::{Disconnect, Error};
use crate::hook::{PromiseCell, Stub};
use crate::ids::ImportId;
use crate::wire;

impl Machine {
    /// Ends the session; the first reason stands (protocol S-80).
    ///
    /// The peer is told with an `abort`, unless the session was shut down by letting go of its main
    /// object, or the connection is gone.
    pub(crate) fn terminate(&mut self, reason: &Disconnect) {
        if self.ended.is_some() {
            return;
        }
        if let Disconnect::Violation(_) | Disconnect::Closed(_) = reason {
            let error = Error::from(reason.clone());
            let error = Error::of_class(error.class(), error.to_string()).public();
            self.effects.push(Effect::Abort(error));
            self.why_due = true;
        }
        self.end(reason);
    }

    /// Tells the peer why the session has ended, as the last thing it is told.
    pub(crate) fn say_why(&mut self, error: Error) {
        if !std::mem::take(&mut self.why_due) {
            return;
        }
        let thrown = without_capabilities(error.into_value(), &mut self.effects);
        if let Ok(frame) = wire::encode_abort(&thrown) {
            self.traffic.sent(frame.len());
            self.frame_bytes = self.frame_bytes.saturating_add(frame.len());
            self.outbox.push(frame);
        }
    }

    /// Ends the session because the transport has failed, or never will write the last `taken_back`
    /// calls it was given.
    pub(crate) fn cut(&mut self, reason: &Disconnect, taken_back: usize) {
        self.taken_back = taken_back;
        self.terminate(reason);
    }

    /// Settles everything that waits and lets go of everything that is held.
    pub(super) fn end(&mut self, reason: &Disconnect) {
        if self.ended.is_some() {
            return;
        }
        let caught = self.caught(reason);
        self.ended = Some(reason.clone());
        self.traffic.tell(&self.counters);
        self.counters.session_ended(reason);
        for callback in self.registrations.take_all() {
            let error = Error::Disconnected(reason.clone());
            self.effects.push(Effect::Broken { callback, error });
        }
        for (id, import) in self.imports.take_all() {
            if let ImportKind::Promise { cell, .. } | ImportKind::Stream { cell } = import.kind {
                self.fail_promise(&cell, caught.error(id, reason));
            }
        }
        self.disconnect_pipes(&Error::Disconnected(reason.clone()));
        for export in self.exports.take_all() {
            self.let_go(export);
        }
        let streamed = self.exports.take_streamed().map(Stub::of);
        self.effects.extend(streamed.map(Effect::drop_stub));
    }

    /// Fails a promise of the peer's that has left the table.
    pub(super) fn fail_promise(&mut self, cell: &Arc<PromiseCell>, error: Error) {
        cell.store(Err(error));
        self.effects.push(Effect::Drain(Arc::clone(cell)));
    }

    /// Returns what is to be said of the calls that are caught by the end. What was not sent by then
    /// is thrown away, where that is to be said.
    fn caught(&mut self, reason: &Disconnect) -> Caught {
        if self.certainty == Certainty::Untold {
            return Caught::Untold;
        }
        if !reason.is_cut() {
            return Caught::Sent;
        }
        let unsent = self.outbox.count_pushes().saturating_add(self.taken_back);
        self.outbox.clear();
        self.frame_bytes = 0;
        Caught::UnsentFrom(self.imports.first_of_last(unsent))
    }
}

/// What is said of calls that were caught by the end of their session.
enum Caught {
    /// That it has ended.
    Untold,
    /// That they were sent, or will yet be.
    Sent,
    /// That those from this one on were not.
    UnsentFrom(ImportId),
}

impl Caught {
    /// Returns how the call with that id fails.
    fn error(&self, id: ImportId, reason: &Disconnect) -> Error {
        let reason = reason.clone();
        match self {
            Self::Untold => Error::Disconnected(reason),
            Self::UnsentFrom(first) if id >= *first => Error::NotSent(reason),
            Self::UnsentFrom(_) | Self::Sent => Error::MaybeExecuted(reason),
        }
    }
}
