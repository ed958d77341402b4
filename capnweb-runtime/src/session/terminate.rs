//! The end of a session.

use std::sync::Arc;

use super::effect::Effect;
use super::imports::ImportKind;
use super::machine::Machine;
use super::thrown::without_capabilities;
use crate::error::{Disconnect, Error};
use crate::hook::{PromiseCell, Stub};
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

    /// Settles everything that waits and lets go of everything that is held.
    pub(super) fn end(&mut self, reason: &Disconnect) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(reason.clone());
        self.traffic.tell(&self.counters);
        self.counters.session_ended(reason);
        for callback in self.registrations.take_all() {
            let error = Error::Disconnected(reason.clone());
            self.effects.push(Effect::Broken { callback, error });
        }
        for import in self.imports.take_all() {
            if let ImportKind::Promise { cell, .. } | ImportKind::Stream { cell } = import.kind {
                self.fail_promise(&cell, reason);
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
    pub(super) fn fail_promise(&mut self, cell: &Arc<PromiseCell>, reason: &Disconnect) {
        cell.store(Err(Error::Disconnected(reason.clone())));
        self.effects.push(Effect::Drain(Arc::clone(cell)));
    }
}
