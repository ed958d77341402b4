//! Functions as arguments and results: callbacks, both ways.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::arguments::{ArgList, IntoArg, stub_from_value};
use super::capability::Wire;
use super::promise::Promise;
use crate::data::{self, passthrough};
use crate::error::Error;
use crate::hook::{
    Args, Callable, Cap, FunctionHook, Outcome, Resolver, Stub, Value, call_function,
};
use crate::value::Path;

/// A function that can travel, with its signature: `Function<fn(i64) -> i64>`.
///
/// Make one from an async closure, or receive one and call it: a callback, either way. It has up to
/// four parameters. Clones refer to the same function; dropping the last one releases it.
pub struct Function<S> {
    stub: Stub,
    signature: PhantomData<S>,
}

impl<S> Function<S> {
    /// Creates a function from a closure that returns a future of a [`Result`](crate::Result).
    ///
    /// Its error is [`Error`], always, so that `Ok(..)` says enough; an error of one's own becomes
    /// one by [`RpcError::into_error`](crate::RpcError::into_error).
    pub fn new<F: FunctionBody<S>>(body: F) -> Self
    where
        S: 'static,
    {
        Self::from_stub(Stub::of(Cap::new(FunctionHook::new(Closure {
            body: Arc::new(body),
            signature: PhantomData,
        }))))
    }

    /// Takes an untyped reference as a function of this signature.
    pub const fn from_stub(stub: Stub) -> Self {
        Self {
            stub,
            signature: PhantomData,
        }
    }

    /// Borrows the untyped reference.
    pub const fn as_stub(&self) -> &Stub {
        &self.stub
    }
}

/// A closure that can be the body of a [`Function`] with signature `S`.
#[diagnostic::on_unimplemented(
    message = "this closure cannot be a `Function<{S}>`",
    note = "write `|a: A, b: B| async move {{ Ok(..) }}` with the parameters of the signature"
)]
pub trait FunctionBody<S>: Send + Sync + 'static {
    /// Runs it.
    #[doc(hidden)]
    fn run(self: Arc<Self>, args: Args) -> impl Future<Output = Outcome> + Send + 'static;
}

struct Closure<F, S> {
    body: Arc<F>,
    signature: PhantomData<fn() -> S>,
}

impl<F: FunctionBody<S>, S: 'static> Callable for Closure<F, S> {
    fn invoke(&self, args: Vec<Value>, result: Resolver) {
        let body = Arc::clone(&self.body);
        call_function(args, result, move |args| body.run(args));
    }
}

macro_rules! signatures {
    ($($name:ident($($param:ident: $type:ident),*);)*) => { $(
        impl<F, T, A, $($type),*> FunctionBody<fn($($type),*) -> T> for F
        where
            F: Fn($($type),*) -> A + Send + Sync + 'static,
            A: Future<Output = Result<T, Error>> + Send + 'static,
            T: Wire,
            $($type: Wire),*
        {
            #[allow(unused_mut, unused_variables, reason = "there may be no parameters")]
            fn run(self: Arc<Self>, mut args: Args) -> impl Future<Output = Outcome> + Send + 'static {
                // The body is entered at once, so that calls begin in their order.
                let mut enter = move || Ok::<_, Error>(self($(args.take::<$type>(stringify!($param))?),*));
                let entered = enter();
                async move {
                    let value = entered?.await?;
                    Ok(data::to_value(&value)?)
                }
            }
        }

        impl<T: Wire, $($type: Wire),*> Function<fn($($type),*) -> T> {
            /// Calls the function, wherever it is; the call is sent at once.
            pub fn call(&self, $($param: impl IntoArg<$type>),*) -> Promise<T> {
                let args = ArgList::new()$(.with(stringify!($param), $param))*;
                match args.finish() {
                    Ok(args) => self.stub.call_values(Path::EMPTY, args),
                    Err(error) => Promise::failed(error),
                }
            }
        }
    )* };
}

signatures! {
    nullary();
    unary(first: A1);
    binary(first: A1, second: A2);
    ternary(first: A1, second: A2, third: A3);
    quaternary(first: A1, second: A2, third: A3, fourth: A4);
}

impl<S> Clone for Function<S> {
    fn clone(&self) -> Self {
        Self::from_stub(self.stub.clone())
    }
}

impl<S> fmt::Debug for Function<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.stub).finish()
    }
}

impl<S> Serialize for Function<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        passthrough::serialize(Value::Capability(self.stub.clone()), serializer)
    }
}

impl<'de, S> Deserialize<'de> for Function<S> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = passthrough::deserialize(deserializer)?;
        stub_from_value("Function", value)
            .map(Self::from_stub)
            .map_err(serde::de::Error::custom)
    }
}
