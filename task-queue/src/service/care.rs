//! Who can take back what is handed out.

use std::time::Duration;

use capnweb_runtime::{Capability, Membrane, Revoker};
use futures_util::FutureExt as _;
use tokio::time::timeout;

/// Who can take back what is handed out. What comes of a capability in somebody's care, such as a
/// lock or memory, is in the same care.
#[derive(Debug, Clone)]
pub(super) enum Care {
    /// Nobody: it lasts as long as it is held.
    Holder,
    /// Whoever holds this.
    Revoker(Revoker),
}

/// Takes back what is in care, but lets the calls be answered that are under way: one of them may be
/// what ends it. Nobody may be harmed by others in the meantime.
pub(super) fn revoke_gently(revoker: Revoker, reason: &'static str) {
    if revoker.drained().now_or_never().is_some() {
        return revoker.revoke(reason);
    }
    drop(tokio::spawn(async move {
        drop(timeout(TO_ANSWER, revoker.drained()).await);
        revoker.revoke(reason);
    }));
}

/// How long a call under way may take to be answered, before its reference is taken back all the
/// same.
const TO_ANSWER: Duration = Duration::from_secs(1);

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
