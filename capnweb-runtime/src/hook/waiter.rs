//! Who wants to know how a promise ends.

use std::sync::{Arc, Weak};

use tokio::sync::oneshot;

use super::cap::Outcome;
use super::session::SessionControl;
use crate::ids::ExportId;

/// Something that wants to know how a promise ended. Nearly everything that does is a task or a
/// peer: those need no closure.
pub(crate) enum Waiter {
    /// A task.
    Task(oneshot::Sender<Arc<Outcome>>),
    /// A peer, to which it is the value of an export. The waiter lies in a promise that may outlive
    /// the session by far.
    Peer {
        session: Weak<dyn SessionControl>,
        export: ExportId,
    },
    /// Anything else.
    Closure(Box<dyn FnOnce(&Arc<Outcome>) + Send>),
}

impl Waiter {
    /// Has `tell` called.
    pub(crate) fn new(tell: impl FnOnce(&Arc<Outcome>) + Send + 'static) -> Self {
        Self::Closure(Box::new(tell))
    }

    /// Tells how it ended.
    pub(crate) fn tell(self, outcome: &Arc<Outcome>) {
        match self {
            // Whoever does not wait any more need not be told.
            Self::Task(task) => drop(task.send(Arc::clone(outcome))),
            Self::Peer { session, export } => {
                if let Some(session) = session.upgrade() {
                    session.answer(export, outcome);
                }
            }
            Self::Closure(tell) => tell(outcome),
        }
    }
}
