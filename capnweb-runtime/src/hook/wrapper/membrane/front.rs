//! The wrapper of an object, of a stream, or of a promise as long as it is one.

use std::sync::{Arc, PoisonError};

use super::border::{Key, Side};
use super::crossing::{Across, Provenance};
use super::handle::Membrane;
use crate::audit::{Link, LinkKind};
use crate::error::Error;
use crate::hook::cap::{Cap, OnBroken};
use crate::hook::promise::Resolver;
use crate::hook::stream::{Lock, Nature, Readable};
use crate::hook::wrapper::convert::{Boundary, Conversion as _, Passing};
use crate::hook::wrapper::guard::Guard;
use crate::hook::wrapper::passage::Cut;
use crate::hook::wrapper::steps::{Step, left_out};
use crate::hook::wrapper::watchers::Watchers;
use crate::hook::{Mapper, Stub};
use crate::sync::Mutex;

/// What stands on one side of a membrane for a capability on the other.
pub(super) struct Front {
    membrane: Membrane,
    /// The side that the capability is on.
    side: Side,
    key: Key,
    kind: Kind,
    /// The name of its interface, where it is known.
    interface: Option<&'static str>,
    /// The capability, until the membrane is revoked.
    target: Mutex<Option<Cap>>,
    watchers: Watchers,
}

/// What the capability is.
pub(super) enum Kind {
    Object,
    Promise,
    /// A stream to read from: its chunks, converted.
    Readable(Readable),
    /// A stream to write to.
    Writable(Lock),
}

impl Front {
    /// Returns what stands for a capability; for an object, what stands for it already.
    pub(super) fn of(
        across: &Across,
        target: Cap,
        kind: impl FnOnce() -> Kind,
    ) -> Arc<Passing<Self>> {
        // Asked before the membrane's table is locked: it may lead through another of its wrappers.
        let interface = across.interface.or_else(|| target.interface());
        let (address, side) = (target.address(), across.from);
        let key = Key { address, side };
        across.membrane.border().front(key, || {
            Passing(Self {
                membrane: across.membrane.clone(),
                side,
                key,
                kind: kind(),
                interface,
                target: Mutex::new(Some(target)),
                watchers: Watchers::default(),
            })
        })
    }

    /// Returns the capability, unless the membrane was revoked.
    pub(super) fn current(&self) -> Option<Cap> {
        let target = self.target.lock();
        target.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets go of the capability, whoever still holds this. A stream to write to is told why.
    pub(super) fn let_go(&self, reason: &Arc<str>) {
        if left_out(Step::LetGo) {
            return;
        }
        let target = {
            let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
            target.take()
        };
        if let (Kind::Writable(_), Some(target)) = (&self.kind, &target)
            && !left_out(Step::WritingEnds)
        {
            let revoked = Error::Revoked(Arc::clone(reason));
            drop(target.stream("abort", vec![revoked.into_value()]));
        }
        drop(target);
    }

    /// Returns the capability, which comes home; a stream, if nobody has begun to read it.
    fn home(&self) -> Option<Cap> {
        if let Kind::Readable(chunks) = &self.kind {
            // Dropped, and not cancelled: the stream goes on where it came from.
            drop(chunks.take()?);
        }
        self.current()
    }

    fn across(&self, from: Side) -> Across {
        Across::new(self.membrane.clone(), from)
    }
}

impl Boundary for Front {
    type Conversion = Across;

    fn there(&self) -> Across {
        self.across(self.side.other())
    }

    fn back(&self) -> Across {
        self.across(self.side)
    }

    fn target(&self) -> Result<Stub, Error> {
        let revoked = || Error::Revoked(self.membrane.border().revoked().unwrap_or_default());
        self.current().map(Stub::of).ok_or_else(revoked)
    }

    fn begin(&self, result: Resolver) -> Option<Resolver> {
        let gate = self.membrane.gate();
        if left_out(Step::Pending) {
            return gate.pass(result);
        }
        gate.enter(result, Cut::Nothing)
    }

    fn guard(&self) -> Option<Guard> {
        self.membrane.guard(self.interface, self.side)
    }

    fn link(&self) -> Option<Link> {
        Some(Link::new(LinkKind::Membrane))
    }

    /// What is on the other side of a boundary is nobody's own on this one.
    fn shown(&self) -> Option<Stub> {
        None
    }

    fn restrict(&self, mapper: Mapper) -> Mapper {
        if left_out(Step::MappingEnds) {
            return mapper;
        }
        mapper.under(Arc::clone(self.membrane.gate()) as _)
    }

    /// It breaks when what it stands for does, and when the membrane is revoked.
    fn on_broken(&self, callback: OnBroken) {
        let tell = self.watchers.add(self.membrane.gate(), callback);
        if let Some(target) = self.current() {
            let back = self.back();
            target.on_broken(Box::new(move |error| {
                let error = error.clone();
                tell(&if left_out(Step::Broken) {
                    error
                } else {
                    back.error(error)
                });
            }));
        }
    }

    fn nature(&self) -> Nature<'_> {
        match &self.kind {
            Kind::Object | Kind::Promise => Nature::Object,
            Kind::Readable(chunks) => Nature::Readable(chunks),
            Kind::Writable(lock) => Nature::Writable(lock),
        }
    }

    fn provenance(&self, across: &Across) -> Provenance {
        if across.membrane != self.membrane {
            return Provenance::Elsewhere;
        }
        if across.from == self.side {
            return Provenance::Here;
        }
        self.home().map_or(Provenance::Here, Provenance::Home)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.membrane.border().forget(self.key, self);
    }
}
