//! Calls without a schema.

use serde::Serialize;

use super::capability::{Capability, Wire};
use super::pipeline::Pipeline;
use super::promise::Promise;
use super::rpc_error::RpcError;
use crate::data;
use crate::error::{Error, Result};
use crate::hook::{Membrane, Revoker, Stub, Value, granted, guarded, revocable};
use crate::policy::Policy;
use crate::value::{Path, Segment};

impl Stub {
    /// Calls the method at `path` with a tuple, an array or `()` of arguments.
    ///
    /// ```no_run
    /// # async fn example(stub: capnweb_runtime::Stub) -> capnweb_runtime::Result<()> {
    /// let sum = stub.call("add", (1, 2)).await?;
    /// # Ok(()) }
    /// ```
    pub fn call(&self, path: impl Into<Path>, args: impl Serialize) -> Promise<Value> {
        match args_of(&args) {
            Ok(args) => self.call_values(path.into(), args),
            Err(error) => Promise::failed(error),
        }
    }

    /// Calls the method at `path` with arguments that are values already.
    pub(crate) fn call_values<T: Wire, E: RpcError>(
        &self,
        path: Path,
        args: Vec<Value>,
    ) -> Promise<T, E> {
        Promise::from_stub(Self::promise(self.begin_call(path, args)))
    }

    /// Reads the property at `path`; the empty path reads the value itself.
    pub fn get(&self, path: impl Into<Path>) -> Promise<Value> {
        self.get_typed(path.into())
    }

    pub(crate) fn get_typed<T: Wire, E: RpcError>(&self, path: Path) -> Promise<T, E> {
        Promise::from_stub(Self::promise(self.begin_read(path)))
    }

    /// Refers to a property or an element without reading it: calls and reads go on from there.
    #[must_use]
    pub fn property(&self, name: impl Into<Segment>) -> Self {
        self.step(name)
    }

    /// Returns a reference to the same object through which passes what the policy admits, as of every
    /// typed stub. See [`policy`](crate::policy).
    ///
    /// It may be one end of a stream, too: then the policy is asked about every chunk.
    #[must_use = "only the reference that this returns is guarded"]
    pub fn guarded(&self, policy: impl Policy) -> Self {
        guarded(self, None, policy)
    }

    /// Returns a reference to the same object, and what takes it back, as of every typed stub.
    #[must_use = "only the reference that this returns can be revoked"]
    pub fn revocable(&self) -> (Self, Revoker) {
        revocable(self)
    }

    /// Returns a reference to the same object that ends with all that is ever reached through it, and what
    /// ends them, as of every typed stub. See [`Membrane`].
    #[must_use = "only the reference that this returns is behind the membrane"]
    pub fn membrane(&self) -> (Self, Revoker) {
        let membrane = Membrane::new();
        (membrane.outward_stub(self), membrane.revoker())
    }

    /// Returns the same, with a policy that is asked about everything that crosses.
    #[must_use = "only the reference that this returns is behind the membrane"]
    pub fn membrane_with(&self, policy: impl Policy) -> (Self, Revoker) {
        let membrane = Membrane::with_policy(policy);
        (membrane.outward_stub(self), membrane.revoker())
    }

    /// Returns a reference to the same object that says who has handed it to whom, as
    /// [`granted`](crate::granted) does. One end of a stream is returned as it is.
    #[must_use]
    pub fn granted(&self, label: &str) -> Self {
        granted(self, label)
    }

    /// Takes this as a reference of a known type. Nothing is asked of the object: a method it does
    /// not have fails when it is called.
    pub fn cast<C: Capability>(&self) -> C {
        C::from_stub(self.clone())
    }
}

/// Whatever a promised value may be, it can be called and read.
impl Pipeline for Value {
    type Pipelined = Stub;

    fn pipelined(stub: Stub) -> Stub {
        stub
    }
}

impl Pipeline for Stub {
    type Pipelined = Self;

    fn pipelined(stub: Stub) -> Self {
        stub
    }
}

fn args_of(args: &impl Serialize) -> Result<Vec<Value>> {
    match data::to_value(args)? {
        Value::Undefined => Ok(Vec::new()),
        Value::Array(args) => Ok(args),
        other => Err(Error::type_error(format!(
            "arguments must be a tuple, an array or (), not {}",
            other.kind()
        ))),
    }
}
