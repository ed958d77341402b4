//! Sessions between the processes of a script.

use super::end::End;
use crate::hook::Stub;

/// A session between two processes.
pub(super) struct Link {
    pub(super) ends: [End; 2],
    /// Let go of, they would end the session.
    pub(super) mains: Vec<Stub>,
    pub(super) is_cut: bool,
}

impl Link {
    /// Carries a message from one end to the other; returns whether there was one.
    pub(super) fn carry(&mut self, from: usize) -> bool {
        let [left, right] = &mut self.ends;
        let (from, to) = if from == 0 {
            (left, right)
        } else {
            (right, left)
        };
        let message = from.take();
        if let Some(message) = &message {
            to.connection.handle_message(message);
        }
        message.is_some()
    }

    pub(super) fn cut(&mut self) {
        self.is_cut = true;
        self.ends.iter().for_each(End::close);
        self.mains.clear();
    }

    /// Checks that the session lives, unless it was cut, and holds nothing but its main objects.
    pub(super) fn check(&self) {
        for end in &self.ends {
            let ended = end.connection.ended();
            assert_eq!(ended.is_some(), self.is_cut, "a session ended: {ended:?}");
            end.is_empty(usize::from(!self.is_cut));
        }
    }
}
