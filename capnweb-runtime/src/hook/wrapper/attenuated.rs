//! Attenuation: a filter of members in front of any capability.

use std::sync::Arc;

use super::narrowed_writable::narrow_writable;
use super::wrap::wrap;
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, Outcome, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::served::{self, Interface, Member, MemberKind, Members};
use crate::hook::stream::{Nature, narrow_readable};
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
        self: &Arc<Self>,
        (member, grant): Self::Member,
        args: Vec<Value>,
        result: Resolver,
    ) {
        let result = narrowing(grant, result);
        self.inner
            .pass_call(Path::single(member.name), args, result);
    }

    fn read_member(self: &Arc<Self>, (member, grant): Self::Member, result: Resolver) {
        let result = narrowing(grant, result);
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
}

/// Returns the right to settle `result` with something that is narrowed first.
pub(super) fn narrowing(grant: Results, result: Resolver) -> Resolver {
    if let Results::Whole = grant {
        return result;
    }
    result.adapted(move |outcome| narrow_outcome(outcome.clone(), grant))
}

/// Passes a result on once it is known, with its capabilities narrowed.
pub(super) fn convert(promise: &Cap, grant: Results, result: Resolver) {
    result.settle_from(promise, move |outcome| {
        narrow_outcome(outcome.clone(), grant)
    });
}

fn narrow_outcome(outcome: Outcome, grant: Results) -> Outcome {
    match outcome {
        Ok(value) => narrow(value, grant),
        Err(error) => Err(without_ungranted(&error, grant)),
    }
}

/// Narrows what a failure carries, too. One whose capabilities are not granted is still told, in
/// words only.
fn without_ungranted(error: &Error, grant: Results) -> Error {
    let Error::Thrown(thrown) = error else {
        return error.clone();
    };
    match narrow(thrown.value().clone(), grant) {
        Ok(value) => Error::thrown(value),
        Err(_) => Error::of_class(error.class(), error.to_string()),
    }
}

/// Narrows every capability in a value; fails if there is one that is not granted.
pub(super) fn narrow(mut value: Value, grant: Results) -> Outcome {
    narrow_in_place(&mut value, grant)?;
    Ok(value)
}

fn narrow_in_place(value: &mut Value, grant: Results) -> Result<(), Error> {
    if let Value::Capability(stub) = value {
        *stub = narrow_stub(stub, grant)?;
        return Ok(());
    }
    value
        .children_mut()
        .try_for_each(|child| narrow_in_place(child, grant))
}

fn narrow_stub(stub: &Stub, grant: Results) -> Result<Stub, Error> {
    match grant {
        Results::Whole => Ok(stub.clone()),
        // What a promise becomes is narrowed when it is known.
        grant if stub.is_promise() => {
            let (promise, result) = promise();
            convert(&stub.clone().into_cap(), grant, result);
            Ok(Stub::promise(promise))
        }
        Results::Narrowed(facet) => match stub.cap().nature() {
            Nature::Object => Ok(attenuate(stub, facet())),
            Nature::Readable(_) => {
                narrow_readable(stub, move |chunk| narrow_outcome(chunk, grant)).map(Stub::of)
            }
            Nature::Writable(_) => Ok(narrow_writable(stub, grant)),
        },
        Results::Data => Err(Error::type_error(
            "The result holds a capability that the facet does not grant.",
        )),
    }
}
