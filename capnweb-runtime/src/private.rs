//! What generated code is written onto. Not part of the public interface.

use std::pin::Pin;

use serde::{Deserializer, Serializer};

pub use serde;

pub use crate::error::Error;
pub use crate::hook::{
    Args, Call, Cancel, Dispatch, Facet, Interface, Member, MemberKind, Reply, Results, Revoker,
    Stub, Value,
};
pub use crate::policy::Policy;
pub use crate::typed::{
    Arg, ArgList, Attenuate, Capability, ErrorBuilder, FacetOf, IntoArg, MapResult, Pipeline,
    Promise, RpcError, Wire, error_code, error_prop, typed_error,
};

use crate::data::{self, passthrough};
use crate::hook::{Cap, Membrane, Target};
use crate::typed::stub_from_value;
use crate::value::Path;

/// A boxed future.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// Makes a local object into a capability.
pub fn serve(dispatch: impl Dispatch) -> Stub {
    Stub::of(Cap::new(Target::new(dispatch)))
}

/// Calls a method.
pub fn call<T: Wire, E: RpcError>(
    stub: &Stub,
    method: &'static str,
    args: ArgList,
) -> Promise<T, E> {
    match args.finish() {
        Ok(args) => stub.call_values(Path::single(method), args),
        Err(error) => Promise::failed(error),
    }
}

/// Reads a property.
pub fn get<T: Wire, E: RpcError>(stub: &Stub, property: &'static str) -> Promise<T, E> {
    stub.get_typed(Path::single(property))
}

/// Boxes a method's work.
pub fn reply(work: impl Future<Output = Result<Value, Error>> + Send + 'static) -> Reply {
    Box::pin(work)
}

/// Turns what a method returned into what travels.
pub fn answer<T: Wire, E: RpcError>(result: Result<T, E>) -> Result<Value, Error> {
    result.map_err(RpcError::into_error).and_then(answer_plain)
}

/// Turns what a method that cannot fail returned into what travels.
#[allow(
    clippy::needless_pass_by_value,
    reason = "what a method returned is consumed"
)]
pub fn answer_plain<T: Wire>(value: T) -> Result<Value, Error> {
    Ok(data::to_value(&value)?)
}

/// The answer for a member index that no table has.
pub fn no_such_member() -> Reply {
    reply(std::future::ready(Err(Error::new("No such member."))))
}

/// Makes a reference through which passes what a policy admits; a broken one, if the policy goes by a name
/// that no member has.
pub fn guarded<C: Capability>(capability: &C, policy: impl Policy) -> C {
    let stub = match policy.unknown_name(C::MEMBERS) {
        None => crate::hook::guarded(capability.as_stub(), Some(C::INTERFACE), policy),
        Some(name) => Stub::promise(Cap::settled(Err(no_such_name(name, C::INTERFACE)))),
    };
    C::from_stub(stub)
}

/// Makes a reference that can be taken back.
pub fn revocable(stub: &Stub) -> (Stub, Revoker) {
    crate::hook::revocable(stub)
}

/// Makes a reference that can be taken back with all that is reached through it.
pub fn membrane<C: Capability>(capability: &C) -> (C, Revoker) {
    let membrane = Membrane::new();
    (membrane.outward(capability), membrane.revoker())
}

/// Makes the same, with a policy that is asked about everything that crosses.
pub fn membrane_with<C: Capability>(capability: &C, policy: impl Policy) -> (C, Revoker) {
    let membrane = Membrane::with_policy(policy);
    (membrane.outward(capability), membrane.revoker())
}

/// Writes a stub.
pub fn serialize_stub<S: Serializer>(stub: &Stub, serializer: S) -> Result<S::Ok, S::Error> {
    passthrough::serialize(Value::Capability(stub.clone()), serializer)
}

/// Reads a stub of an interface.
pub fn deserialize_stub<'de, D: Deserializer<'de>>(
    interface: &'static str,
    deserializer: D,
) -> Result<Stub, D::Error> {
    let value = passthrough::deserialize(deserializer)?;
    stub_from_value(interface, value).map_err(serde::de::Error::custom)
}

fn no_such_name(name: &str, interface: &str) -> Error {
    tracing::error!(
        name,
        interface,
        "a policy goes by a name that no member has"
    );
    Error::type_error(format!(
        "The policy goes by the name '{name}', which no member of {interface} has on the wire."
    ))
}
