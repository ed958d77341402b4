//! The end of a session.

use super::effect::Effect;
use super::imports::ImportKind;
use super::machine::Machine;
use crate::error::{Disconnect, Error};
use crate::hook::Stub;
use crate::value::{ErrorValue, Tree};
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
            let error = ErrorValue::new(error.class(), error.to_string());
            if let Ok(frame) = wire::encode_abort(&Tree::Error(Box::new(error))) {
                self.send(frame);
            }
        }
        self.end(reason);
    }

    /// Settles everything that waits and lets go of everything that is held.
    pub(super) fn end(&mut self, reason: &Disconnect) {
        if self.ended.is_some() {
            return;
        }
        self.ended = Some(reason.clone());
        for import in self.imports.take_all() {
            if let ImportKind::Promise { cell, .. } | ImportKind::Stream { cell } = import.kind {
                cell.store(Err(Error::Disconnected(reason.clone())));
                self.effects.push(Effect::Drain(cell));
            }
        }
        self.disconnect_pipes(&Error::Disconnected(reason.clone()));
        for export in self.exports.take_all() {
            self.let_go(export);
        }
        let streamed = self.exports.take_streamed().map(Stub::of);
        self.effects.extend(streamed.map(Effect::drop_stub));
    }
}
