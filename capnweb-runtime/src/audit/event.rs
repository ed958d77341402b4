//! What is recorded of one call.

use std::fmt;
use std::time::SystemTime;

use super::lineage::Lineage;
use crate::hook::Peer;
use crate::policy::CrossingKind;

/// What became of a call, a read or a `map` that a peer has made.
///
/// There is one for each, when it is decided. A call that was admitted and then revoked while it went on is told
/// of once more when its method ends.
#[derive(Debug, Clone)]
pub struct AuditEvent {
    pub(crate) session: u64,
    pub(crate) peer: Peer,
    pub(crate) sequence: u64,
    pub(crate) call: u64,
    pub(crate) received: SystemTime,
    pub(crate) kind: CrossingKind,
    pub(crate) member: String,
    pub(crate) lineage: Lineage,
    pub(crate) decision: Decision,
}

/// Whether something that a peer wanted was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// Nothing was in its way, and it begins now: how it goes is not said.
    Admitted,
    /// The policy of a guard or of a membrane denied it, or a budget was spent.
    Denied,
    /// There is no such member: the object does not have it, or the facet in front of it does not.
    Absent,
    /// The reference was taken back before it had begun, or before it was over.
    Revoked,
    /// The peer has called too often ([`SessionConfig::limit_calls`](crate::SessionConfig::limit_calls)),
    /// or its `map` has.
    Refused,
}

impl AuditEvent {
    /// Returns the number of the session that it came in on: that of [`Session::id`](crate::Session::id).
    pub const fn session(&self) -> u64 {
        self.session
    }

    /// Returns what is known of who called.
    pub const fn peer(&self) -> &Peer {
        &self.peer
    }

    /// Returns its number among the events of the session: from 0, without gaps. Where one is missing, an
    /// event was lost. Sinks may see two of them in the other order if they come at once.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Returns the number of the call among those of the session, as they came: from 0. What still waits,
    /// for a promise or for its arguments, has one, and no event yet.
    pub const fn call(&self) -> u64 {
        self.call
    }

    /// Returns when the call came, by the clock on the wall.
    pub const fn received(&self) -> SystemTime {
        self.received
    }

    /// Returns whether something was called, read or mapped over.
    pub const fn kind(&self) -> CrossingKind {
        self.kind
    }

    /// Returns what was called or read of the reference that the peer holds, its steps joined by dots;
    /// empty if that was the reference itself. The peer wrote it: at most 256 characters, and no control
    /// characters, are left of it.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Returns how the peer came by it: the chain of references that it called through.
    pub const fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Returns whether it was let through.
    pub const fn decision(&self) -> Decision {
        self.decision
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Admitted => "admitted",
            Self::Denied => "denied",
            Self::Absent => "absent",
            Self::Revoked => "revoked",
            Self::Refused => "refused",
        })
    }
}
