//! Who can take back what is handed out.

use capnweb_runtime::{Capability, Membrane, Revoker};

/// Who can take back what is handed out. What comes of a capability in somebody's care, such as a
/// lock or memory, is in the same care.
#[derive(Debug, Clone)]
pub(super) enum Care {
    /// Nobody: it lasts as long as it is held.
    Holder,
    /// Whoever holds this.
    Revoker(Revoker),
}

impl Care {
    /// Returns the reference to hand out.
    pub(super) fn take<C: Capability>(&self, capability: &C) -> C {
        match self {
            Self::Holder => capability.clone(),
            Self::Revoker(revoker) => revoker.revocable(capability),
        }
    }

    /// Returns the reference to hand out; what comes of it, and what goes in and out through it, is
    /// in the same care.
    pub(super) fn take_with_all_it_leads_to<C: Capability>(&self, capability: &C) -> C {
        match self {
            Self::Holder => capability.clone(),
            Self::Revoker(revoker) => Membrane::under(revoker).outward(capability),
        }
    }
}
