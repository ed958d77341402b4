//! Attenuation: a filter of members in front of any capability.

use std::borrow::Cow;
use std::sync::Arc;

use super::convert::{
    Boundary, Conversion, Passing, Untouched, convert_readable, converting, settle_converted,
};
use super::wrap::wrap;
use crate::audit::{Link, LinkKind};
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, Outcome, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::served::{self, Interface, Member, MemberKind, Members};
use crate::hook::stream::{Nature, Readable};
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};
use crate::value::Path;

/// What a facet grants: some members of an interface, and what their results become.
#[derive(Debug)]
pub struct Facet {
    /// The members that exist for the holder.
    pub interface: &'static Interface,
    /// What becomes of capabilities in the result of the member at the same place.
    pub grants: &'static [Results],
}

impl Facet {
    /// Describes a facet; `grants` has one entry for each member.
    pub const fn new(interface: &'static Interface, grants: &'static [Results]) -> Self {
        Self { interface, grants }
    }
}

/// What a facet does to the capabilities inside a member's result.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::exhaustive_enums,
    reason = "none, all or some of the authority"
)]
pub enum Results {
    /// There are none. One that comes all the same fails the call: it was never granted.
    Data,
    /// They pass as they are, by a visible decision of the facet's author.
    Whole,
    /// Each is narrowed to this facet.
    Narrowed(fn() -> &'static Facet),
}

/// Returns a reference to the same object that can do no more than `facet` grants.
pub(crate) fn attenuate(stub: &Stub, facet: &'static Facet) -> Stub {
    wrap(stub, |inner| Cap::new(Attenuated { inner, facet }))
}

struct Attenuated {
    inner: Stub,
    facet: &'static Facet,
}

impl Members for Attenuated {
    type Member = (&'static Member, Results);

    fn find(&self, name: &str) -> Option<(Self::Member, MemberKind)> {
        let (index, member) = self.facet.interface.find(name)?;
        let grant = self.facet.grants.get(index).copied();
        Some(((member, grant.unwrap_or(Results::Data)), member.kind))
    }

    fn call_member(
        self: Arc<Self>,
        (member, grant): Self::Member,
        args: Vec<Value>,
        result: Resolver,
    ) {
        let result = grant.returning(result);
        self.inner
            .pass_call(Path::single(member.name), args, result);
    }

    fn read_member(self: Arc<Self>, (member, grant): Self::Member, result: Resolver) {
        let result = grant.returning(result);
        self.inner.pass_read(Path::single(member.name), result);
    }
}

impl Hook for Attenuated {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        served::call(self, path, args, result);
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        served::read(self, &path, result);
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn interface(&self) -> Option<&'static str> {
        Some(self.facet.interface.name)
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    fn link(&self) -> Option<Link> {
        let name = Cow::Borrowed(self.facet.interface.name);
        Some(Link::named(LinkKind::Facet, name))
    }
}

impl Results {
    /// Returns the right to settle a result with what is granted of it.
    fn returning(self, result: Resolver) -> Resolver {
        match self {
            // As most methods return data, this is not to cost anything.
            Self::Data => result.data_only(),
            Self::Whole | Self::Narrowed(_) => converting(self, result),
        }
    }
}

/// Returns what comes of an outcome that holds capabilities and may hold none; what is promised is data if
/// it turns out to be.
pub(in crate::hook) fn data_only(outcome: Outcome) -> Outcome {
    Results::Data.outcome(outcome)
}

/// What a facet hands out is narrowed to what it grants.
impl Conversion for Results {
    fn capability(&self, stub: &Stub) -> Result<Stub, Error> {
        match *self {
            Self::Whole => Ok(stub.clone()),
            // What a promise becomes is narrowed when it is known.
            grant if stub.is_promise() => {
                let (promise, result) = promise();
                settle_converted(&stub.clone().into_cap(), grant, result);
                Ok(Stub::promise(promise))
            }
            Self::Narrowed(facet) => match stub.cap().nature() {
                Nature::Object => Ok(attenuate(stub, facet())),
                Nature::Readable(_) => {
                    let chunks = convert_readable(stub, *self, Untouched)?;
                    Ok(Stub::of(Readable::in_front_of(stub, chunks)))
                }
                Nature::Writable(_) => Ok(narrow_writable(stub, *self)),
            },
            Self::Data => Err(Error::type_error(
                "The result holds a capability that the facet does not grant.",
            )),
        }
    }

    fn is_idle(&self) -> bool {
        matches!(self, Self::Whole)
    }
}

/// Returns a stream that hands on what is written to it with its capabilities narrowed: whoever holds
/// it gives no more away than its type says. What comes back, which is failures only, is narrowed too.
fn narrow_writable(stream: &Stub, grant: Results) -> Stub {
    wrap(stream, |inner| Cap::new(Passing(Chunks { inner, grant })))
}

/// The way into a stream that a facet has handed out.
struct Chunks {
    inner: Stub,
    grant: Results,
}

impl Boundary for Chunks {
    type Conversion = Results;

    fn there(&self) -> Results {
        self.grant
    }

    fn back(&self) -> Results {
        self.grant
    }

    fn target(&self) -> Result<Stub, Error> {
        Ok(self.inner.clone())
    }

    /// It is handed over together with what is behind it.
    fn nature(&self) -> Nature<'_> {
        self.inner.cap().nature()
    }
}
