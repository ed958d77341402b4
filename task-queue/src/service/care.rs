//! Who can take back what is handed out.

use capnweb_runtime::{Capability, Revoker};

/// In whose care the things are that are handed out for some purpose.
///
/// A resource keeps its own: what is obtained through it, a lock or a reservation, is taken back
/// with it.
#[derive(Debug, Clone)]
pub(super) enum Care {
    /// Nobody's: it is the holder's own.
    None,
    /// Of one who may take it all back.
    Of(Revoker),
}

impl Care {
    /// Puts a capability in care, and returns the reference to hand out.
    pub(super) fn of<C: Capability>(&self, capability: C) -> C {
        match self {
            Self::None => capability,
            Self::Of(revoker) => revoker.revocable(&capability),
        }
    }
}
