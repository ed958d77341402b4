//! What is noted of a call of a peer's, for whoever audits the session.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use super::cap::Cap;
use super::hardening::shielded;
use super::lineage::Ancestry;
use super::session::Peer;
use crate::audit::{AuditEvent, AuditSink, Decision, Lineage, short};
use crate::policy::CrossingKind;
use crate::value::Path;

/// What tells the owner of a session of its peer's calls.
pub(crate) struct Auditor {
    sink: Arc<dyn AuditSink>,
    session: u64,
    peer: Peer,
    calls: AtomicU64,
    told: AtomicU64,
}

/// One call, until it is decided what becomes of it.
pub(crate) struct Note {
    auditor: Arc<Auditor>,
    call: u64,
    kind: CrossingKind,
    member: String,
    received: SystemTime,
    ancestry: Ancestry,
    lineage: OnceLock<Lineage>,
    /// The first of the things that decide about it is what counts.
    decision: OnceLock<Decision>,
}

impl Auditor {
    pub(crate) fn new(sink: Arc<dyn AuditSink>, session: u64, peer: Peer) -> Arc<Self> {
        Arc::new(Self {
            sink,
            session,
            peer,
            calls: AtomicU64::new(0),
            told: AtomicU64::new(0),
        })
    }

    /// Notes that something is called for.
    pub(crate) fn note(self: &Arc<Self>, target: &Cap, path: &Path, kind: CrossingKind) -> Note {
        Note {
            auditor: Arc::clone(self),
            call: self.calls.fetch_add(1, Ordering::Relaxed),
            kind,
            member: short(path),
            received: SystemTime::now(),
            ancestry: Ancestry::of(target, path),
            lineage: OnceLock::new(),
            decision: OnceLock::new(),
        }
    }
}

impl Note {
    /// Notes something that is called for as a part of this.
    pub(super) fn note_part(&self, target: &Cap, path: &Path, kind: CrossingKind) -> Self {
        self.auditor.note(target, path, kind)
    }

    /// Tells what becomes of it, unless that was decided before.
    pub(super) fn decide(&self, decision: Decision) {
        if self.decision.set(decision).is_ok() {
            self.tell(decision);
        }
    }

    /// Tells that it was taken back; also if it had begun.
    pub(super) fn take_back(&self) {
        match self.decision.get() {
            None => self.decide(Decision::Revoked),
            Some(Decision::Admitted) => self.tell(Decision::Revoked),
            Some(_) => {}
        }
    }

    /// Returns the chain of references that it comes through.
    pub(super) fn lineage(&self) -> &Lineage {
        self.lineage.get_or_init(|| self.ancestry.lineage())
    }

    fn tell(&self, decision: Decision) {
        let event = AuditEvent {
            session: self.auditor.session,
            peer: self.auditor.peer.clone(),
            sequence: self.auditor.told.fetch_add(1, Ordering::Relaxed),
            call: self.call,
            received: self.received,
            kind: self.kind,
            member: self.member.clone(),
            lineage: self.lineage().clone(),
            decision,
        };
        shielded(|| self.auditor.sink.record(&event));
    }
}
