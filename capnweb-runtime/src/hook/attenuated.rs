//! Attenuation: a filter of members in front of any capability.

use std::sync::Arc;

use super::cap::{Cap, Hook, Outcome, Waiter};
use super::function::{Callable, FunctionHook, no_member_called};
use super::interface::{Interface, Member, MemberKind};
use super::promise::promise;
use super::resolver::Resolver;
use super::settled;
use super::{Stub, Value, wrap};
use crate::error::Error;
use crate::value::{Path, Segment};

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

impl Attenuated {
    fn member(&self, segment: &Segment) -> Option<(&'static Member, Results)> {
        let Segment::Name(name) = segment else {
            return None;
        };
        let (index, member) = self.facet.interface.find(name)?;
        Some((
            member,
            self.facet
                .grants
                .get(index)
                .copied()
                .unwrap_or(Results::Data),
        ))
    }

    fn path(&self, member: &'static Member) -> Path {
        self.inner.path().then(member.name)
    }

    fn call_member(
        &self,
        member: &'static Member,
        grant: Results,
        args: Vec<Value>,
        result: Resolver,
    ) {
        let path = self.path(member);
        match grant {
            Results::Whole => self.inner.cap().call(path, args, result),
            grant => {
                let (promise, reply) = promise();
                let reply = reply.on_behalf_of(result.session());
                self.inner.cap().call(path, args, reply);
                convert(&promise, grant, result);
            }
        }
    }

    fn read_member(&self, member: &'static Member, grant: Results, result: Resolver) {
        let path = self.path(member);
        match grant {
            Results::Whole => self.inner.cap().read(path, result),
            grant => {
                let (promise, reply) = promise();
                let reply = reply.on_behalf_of(result.session());
                self.inner.cap().read(path, reply);
                convert(&promise, grant, result);
            }
        }
    }

    fn step(self: Arc<Self>, segment: &Segment) -> Cap {
        match self.member(segment) {
            None => Cap::settled(Ok(Value::Undefined)),
            Some((member, grant)) => match member.kind {
                MemberKind::Method => Cap::new(FunctionHook::new(BoundMethod {
                    facet: self,
                    member,
                    grant,
                })),
                MemberKind::Property => {
                    let (promise, result) = promise();
                    self.read_member(member, grant, result);
                    promise
                }
            },
        }
    }
}

impl Hook for Attenuated {
    fn call(self: Arc<Self>, path: Path, args: Vec<Value>, result: Resolver) {
        let Some((first, rest)) = path.split_first() else {
            return result.settle(Err(Error::not_a_function(&path)));
        };
        match self.member(first) {
            Some((member, grant)) if rest.is_empty() && member.kind == MemberKind::Method => {
                self.call_member(member, grant, args, result);
            }
            Some((member, _)) if member.kind == MemberKind::Method => {
                result.settle(Err(no_member_called(&path, &rest)));
            }
            _ => settled::call_within(&self.step(first), path, rest, args, result),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        let Some((first, rest)) = path.split_first() else {
            let this = Stub::of(Cap::from_arc(self));
            return result.settle(Ok(Value::Capability(this)));
        };
        match self.member(first) {
            Some((member, grant)) if rest.is_empty() && member.kind == MemberKind::Property => {
                self.read_member(member, grant, result);
            }
            None if rest.is_empty() => result.settle(Ok(Value::Undefined)),
            _ => self.step(first).read(rest, result),
        }
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter(&Arc::new(Ok(Value::Capability(Stub::of(Cap::from_arc(
            self,
        ))))));
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }
}

struct BoundMethod {
    facet: Arc<Attenuated>,
    member: &'static Member,
    grant: Results,
}

impl Callable for BoundMethod {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        self.facet
            .call_member(self.member, self.grant, args, result);
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.facet.inner.clone())
    }
}

/// Passes a result on once it is known, with its capabilities narrowed.
fn convert(promise: &Cap, grant: Results, result: Resolver) {
    result.settle_from(promise, move |outcome| match outcome {
        Ok(value) => narrow(value.clone(), grant),
        Err(error) => Err(without_ungranted(error, grant)),
    });
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

fn narrow(mut value: Value, grant: Results) -> Outcome {
    narrow_in_place(&mut value, grant)?;
    Ok(value)
}

fn narrow_in_place(value: &mut Value, grant: Results) -> Result<(), Error> {
    match value {
        Value::Capability(stub) => {
            *stub = narrow_stub(stub, grant)?;
            Ok(())
        }
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| narrow_in_place(item, grant)),
        Value::Object(object) => object
            .iter_mut()
            .try_for_each(|(_, member)| narrow_in_place(member, grant)),
        Value::Error(error) => error
            .props
            .iter_mut()
            .try_for_each(|(_, prop)| narrow_in_place(prop, grant)),
        _ => Ok(()),
    }
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
        Results::Narrowed(facet) => Ok(attenuate(stub, facet())),
        Results::Data => Err(Error::type_error(
            "The result holds a capability that the facet does not grant.",
        )),
    }
}
