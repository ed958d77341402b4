//! The typed promise.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::capability::Wire;
use super::pipeline::Pipeline;
use super::rpc_error::RpcError;
use crate::data::{self, passthrough};
use crate::error::Error;
use crate::hook::{Arrival, Cap, Deadline, Outcome, Stub, Value};

/// The result of a call that is under way.
///
/// The call was sent when it was made. Awaiting asks for the result; until then nothing of it
/// crosses the wire, and further calls can be made on it, each sent at once (see [`Pipeline`]). It
/// can be passed as an argument wherever its value can.
///
/// # Cancel safety
///
/// Dropping a promise, awaited or not, lets go of the result; it does not unsend the call.
#[must_use = "the call has been sent; await its promise for the result, or drop it to do without"]
pub struct Promise<T, E = Error> {
    stub: Stub,
    /// Locked never: it is what makes the promise `Sync` around a future that need not be.
    waiting: Mutex<Option<Waiting>>,
    pipelined: OnceLock<Box<dyn Any + Send + Sync>>,
    deadline: Option<Deadline>,
    /// How the outcome becomes the result; chosen where `T` is known to travel.
    read: Read<T, E>,
}

type Read<T, E> = fn(Outcome) -> Result<T, E>;

/// The wait for the value, and for every promise in it.
enum Waiting {
    Unbounded(Arrival),
    Bounded(Pin<Box<dyn Future<Output = Outcome> + Send>>),
}

impl<T: Wire, E: RpcError> Promise<T, E> {
    /// Takes an untyped reference as a promise of this type.
    #[doc(hidden)]
    pub fn from_stub(stub: Stub) -> Self {
        Self::reading(stub, read)
    }

    /// Creates a promise whose value is known.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the promise stands for the value"
    )]
    pub fn ready(value: T) -> Self {
        match data::to_value(&value) {
            Ok(value) => Self::from_stub(Stub::promise(Cap::settled(Ok(value)))),
            Err(error) => Self::failed(error.into()),
        }
    }

    /// Creates a promise that has failed.
    pub(crate) fn failed(error: Error) -> Self {
        Self::from_stub(Stub::promise(Cap::settled(Err(error))))
    }
}

impl<T, E> Promise<T, E> {
    const fn reading(stub: Stub, read: Read<T, E>) -> Self {
        Self {
            stub,
            waiting: Mutex::new(None),
            pipelined: OnceLock::new(),
            deadline: None,
            read,
        }
    }

    /// Runs `callback` if `promise` fails, or what it becomes breaks; see [`Stub::on_broken`].
    ///
    /// Called as `Promise::on_broken(&promise, ..)`, to leave the name to what is promised.
    pub fn on_broken(promise: &Self, callback: impl FnOnce(&Error) + Send + 'static) {
        promise.stub.on_broken(callback);
    }

    /// Asks for the value now, and not when the promise is first polled.
    #[cfg(feature = "websocket")]
    pub(crate) fn ask(&mut self) {
        let waiting = self.waiting.get_mut();
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        waiting.get_or_insert_with(|| Waiting::begin(&self.stub, self.deadline));
    }

    /// Gives up waiting after so long from now: awaiting the promise then fails with
    /// [`Error::TimedOut`], and as it is dropped, the peer is told that nobody waits any more.
    ///
    /// It bounds the waiting, and not what is done with the promise before, such as calls on it. For
    /// all calls of a session, see [`SessionConfig::call_timeout`](crate::SessionConfig::call_timeout).
    /// Needs a Tokio runtime whose time is enabled.
    pub fn timeout(mut self, after: Duration) -> Self {
        self.deadline = Some(Deadline::after(after));
        self
    }

    /// Returns the untyped reference to the promised value.
    pub(crate) const fn as_stub(&self) -> &Stub {
        &self.stub
    }
}

impl Waiting {
    /// Asks for the value of a promise.
    fn begin(promise: &Stub, deadline: Option<Deadline>) -> Self {
        let value = Arrival::of(promise);
        match deadline {
            Some(deadline) => Self::Bounded(Box::pin(deadline.bound(value))),
            None => Self::Unbounded(value),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Outcome> {
        match self {
            Self::Unbounded(value) => Pin::new(value).poll(context),
            Self::Bounded(value) => value.as_mut().poll(context),
        }
    }
}

/// Reads the result out of the outcome.
fn read<T: Wire, E: RpcError>(outcome: Outcome) -> Result<T, E> {
    let value = outcome.map_err(E::from_error)?;
    data::from_value(value).map_err(|error| E::from_error(error.into()))
}

impl<T, E> Future for Promise<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let waiting = this
            .waiting
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| Waiting::begin(&this.stub, this.deadline));
        waiting.poll(context).map(this.read)
    }
}

impl<T: Pipeline, E> Deref for Promise<T, E> {
    type Target = T::Pipelined;

    fn deref(&self) -> &T::Pipelined {
        let pipelined = self
            .pipelined
            .get_or_init(|| Box::new(T::pipelined(self.stub.clone())));
        pipelined
            .downcast_ref()
            .expect("the box was filled with this very type, two lines above")
    }
}

/// Asks for the value of a promise that is kept: a field of a pipelined struct, or one whose value
/// is wanted more than once.
impl<T, E> IntoFuture for &Promise<T, E> {
    type Output = Result<T, E>;
    type IntoFuture = Promise<T, E>;

    fn into_future(self) -> Promise<T, E> {
        self.clone()
    }
}

/// A promise of a promise is a promise of its value.
impl<T: Pipeline, E> Pipeline for Promise<T, E> {
    type Pipelined = T::Pipelined;

    fn pipelined(stub: Stub) -> T::Pipelined {
        T::pipelined(stub)
    }
}

impl<T, E> Unpin for Promise<T, E> {}

/// A clone is another handle to the same result.
impl<T, E> Clone for Promise<T, E> {
    fn clone(&self) -> Self {
        Self::reading(self.stub.clone(), self.read)
    }
}

impl<T, E> fmt::Debug for Promise<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Promise").field(&self.stub).finish()
    }
}

impl<T, E> Serialize for Promise<T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        passthrough::serialize(Value::Capability(self.stub.clone()), serializer)
    }
}

/// What has arrived inside a value is known: such a promise has settled.
impl<'de, T: Wire, E: RpcError> Deserialize<'de> for Promise<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stub = match passthrough::deserialize(deserializer)? {
            Value::Capability(stub) if stub.is_promise() => stub,
            value => Stub::promise(Cap::settled(Ok(value))),
        };
        Ok(Self::from_stub(stub))
    }
}
