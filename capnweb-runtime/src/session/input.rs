//! The end of what a peer has to say, while it is still answered.

use super::imports::{Import, ImportKind};
use super::machine::Machine;
use crate::error::Disconnect;

impl Machine {
    /// Notes that no message will follow: what the peer was to settle and has not, it never will
    /// (protocol T-26).
    pub(crate) fn end_input(&mut self, reason: &Disconnect) {
        if self.ended.is_some() || self.input_ended.is_some() {
            return;
        }
        self.input_ended = Some(reason.clone());
        for Import { kind, .. } in self.imports.take_due() {
            if let ImportKind::Promise { cell, .. } = kind {
                self.fail_promise(&cell, reason);
            }
        }
    }
}
