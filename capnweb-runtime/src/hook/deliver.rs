//! Waiting for promises, and replacing those inside a value by what they became.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::cap::{Cap, Outcome};
use super::{Stub, Value};
use crate::error::Error;

/// How deep promises may sit inside what other promises became.
const MAX_NESTING: usize = 256;

/// The wait for one reference's value, begun when this is made.
pub(crate) struct Wait {
    told: oneshot::Receiver<Arc<Outcome>>,
    /// Keeps the promise from being released while it is waited for.
    _promise: Cap,
}

impl Wait {
    /// Asks for the value.
    pub(crate) fn begin(stub: &Stub) -> Self {
        let (tell, told) = oneshot::channel();
        let promise = stub.clone().into_cap();
        promise.when_settled(Box::new(move |outcome| {
            drop(tell.send(Arc::clone(outcome)));
        }));
        Self {
            told,
            _promise: promise,
        }
    }
}

impl Future for Wait {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.told)
            .poll(context)
            .map(|told| match told {
                Ok(outcome) => {
                    Arc::try_unwrap(outcome).unwrap_or_else(|shared| shared.as_ref().clone())
                }
                Err(_) => Err(Error::new("The promise was dropped before it settled.")),
            })
    }
}

/// Waits for a reference's value and for every promise inside it (protocol S-35).
///
/// Cancel-safe: dropping the future stops the waiting and nothing else.
pub(crate) async fn deliver(wait: Wait) -> Outcome {
    let value = root(wait).await?;
    substitute(value, MAX_NESTING).await
}

/// Replaces every promise inside call arguments by its value (protocol C-40). The first one that
/// fails decides the error (C-43).
pub(crate) async fn deliver_all(args: Vec<Value>) -> Result<Vec<Value>, Error> {
    if !args.iter().any(contains_promise) {
        return Ok(args);
    }
    match substitute(Value::Array(args), MAX_NESTING).await? {
        Value::Array(args) => Ok(args),
        other => Ok(vec![other]),
    }
}

/// Waits until what a promise became is no longer a promise.
async fn root(mut wait: Wait) -> Outcome {
    loop {
        match wait.await? {
            Value::Capability(next) if next.is_promise() => wait = Wait::begin(&next),
            value => return Ok(value),
        }
    }
}

fn substitute(mut value: Value, nesting: usize) -> Pin<Box<dyn Future<Output = Outcome> + Send>> {
    Box::pin(async move {
        let mut places = Vec::new();
        collect_promises(&mut value, &mut places);
        if places.is_empty() {
            return Ok(value);
        }
        let Some(nesting) = nesting.checked_sub(1) else {
            return Err(Error::range_error("Promises are nested too deeply."));
        };
        // All are asked for before the first is waited for: they settle side by side.
        let waits: Vec<Wait> = places.iter().map(|(_, stub)| Wait::begin(stub)).collect();
        for ((place, _), wait) in places.into_iter().zip(waits) {
            *place = substitute(root(wait).await?, nesting).await?;
        }
        Ok(value)
    })
}

fn contains_promise(value: &Value) -> bool {
    match value {
        Value::Capability(stub) => stub.is_promise(),
        Value::Array(items) => items.iter().any(contains_promise),
        Value::Object(object) => object.iter().any(|(_, value)| contains_promise(value)),
        Value::Error(error) => error.props.iter().any(|(_, value)| contains_promise(value)),
        _ => false,
    }
}

fn collect_promises<'a>(value: &'a mut Value, places: &mut Vec<(&'a mut Value, Stub)>) {
    if let Value::Capability(stub) = value {
        if stub.is_promise() {
            let stub = stub.clone();
            places.push((value, stub));
        }
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                collect_promises(item, places);
            }
        }
        Value::Object(object) => {
            for (_, member) in object.iter_mut() {
                collect_promises(member, places);
            }
        }
        Value::Error(error) => {
            for (_, prop) in error.props.iter_mut() {
                collect_promises(prop, places);
            }
        }
        _ => {}
    }
}
