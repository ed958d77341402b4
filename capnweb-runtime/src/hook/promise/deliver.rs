//! Waiting for promises, and replacing those inside a value by what they became.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures_util::future::try_join_all;
use tokio::sync::oneshot;
use tokio::task::unconstrained;

use crate::error::Error;
use crate::hook::cap::{Cap, Outcome, State};
use crate::hook::hardening::weight;
use crate::hook::served::Call;
use crate::hook::settled::{Found, find};
use crate::hook::waiter::Waiter;
use crate::hook::{Stub, Value};

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
        promise.when_settled(Waiter::Task(tell));
        Self {
            told,
            _promise: promise,
        }
    }
}

impl Future for Wait {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        // A task that waits for many, and has had its time, would be sent away by each of those that
        // are known, and told by each to come back.
        pin!(unconstrained(&mut self.told))
            .poll(context)
            .map(|told| match told {
                Ok(outcome) => {
                    Arc::try_unwrap(outcome).unwrap_or_else(|shared| shared.as_ref().clone())
                }
                Err(_) => Err(Error::new("The promise was dropped before it settled.")),
            })
    }
}

/// The wait for a reference's value and for every promise inside it (protocol S-35).
///
/// Cancel-safe: dropping the future stops the waiting and nothing else.
pub(crate) enum Arrival {
    /// The value is waited for, which is mostly all.
    Awaited(Wait),
    /// So are the promises inside it.
    Opened(Delivery),
}

impl Arrival {
    /// Asks for the value.
    pub(crate) fn of(promise: &Stub) -> Self {
        Self::Awaited(Wait::begin(promise))
    }
}

impl Future for Arrival {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        loop {
            match &mut *self {
                Self::Awaited(wait) => match ready!(Pin::new(&mut *wait).poll(context))? {
                    Value::Capability(next) if next.is_promise() => *wait = Wait::begin(&next),
                    value if contains_promise(&value) => {
                        *self = Self::Opened(Delivery::begin(value));
                    }
                    value => return Poll::Ready(Ok(value)),
                },
                Self::Opened(delivery) => return Pin::new(delivery).poll(context),
            }
        }
    }
}

/// Returns about how many bytes are copied when the promises inside a value are replaced, as far as
/// they have settled.
pub(in crate::hook) fn delivered_weight(value: &Value) -> usize {
    if !contains_promise(value) {
        return 0;
    }
    let mut left = MAX_SUBSTITUTED;
    weigh_promised(value, MAX_PROMISES, &mut left);
    MAX_SUBSTITUTED.saturating_sub(left)
}

/// Takes from `left` what takes the place of promises inside a value, at most `promises` of them
/// inside one another.
fn weigh_promised(value: &Value, promises: usize, left: &mut usize) {
    if *left == 0 {
        return;
    }
    let Value::Capability(stub) = value else {
        let children = value.children();
        return children.for_each(|child| weigh_promised(child, promises, left));
    };
    let mut end = stub.clone();
    while let State::Following(next) = end.cap().state() {
        end = end.in_place_of(next);
    }
    if let (State::Settled(outcome), true) = (end.cap().state(), end.is_promise())
        && let Some(promises) = promises.checked_sub(1)
        && let Ok(value) = outcome.as_ref()
    {
        match find(value, end.path()) {
            Ok(Found::Data(data)) => {
                *left = left.saturating_sub(weight(data));
                weigh_promised(data, promises, left);
            }
            Ok(Found::Beyond(stub)) => weigh_promised(&Value::Capability(stub), promises, left),
            Err(_) => {}
        }
    }
}

/// Replaces every promise inside call arguments by its value (protocol C-40). The first one that
/// fails decides the error (C-43).
///
/// It takes no longer than the call may, and than the session lasts: a peer can make a call wait for
/// what only that call would give, and nobody else would ever end it.
pub(in crate::hook) async fn deliver_in_time(
    args: Vec<Value>,
    call: &Call,
) -> Result<Vec<Value>, Error> {
    if !args.iter().any(contains_promise) {
        return Ok(args);
    }
    let delivery = async {
        tokio::select! {
            biased;
            args = deliver_all(args) => args,
            reason = call.disconnected() => Err(Error::Disconnected(reason)),
        }
    };
    match call.time_limit() {
        Some(limit) => limit.bound(delivery).await,
        None => delivery.await,
    }
}

async fn deliver_all(args: Vec<Value>) -> Result<Vec<Value>, Error> {
    let budget = AtomicUsize::new(MAX_SUBSTITUTED);
    match substitute(Value::Array(args), Place::ROOT, &budget).await? {
        Value::Array(args) => Ok(args),
        other => Ok(vec![other]),
    }
}

/// A value on its way to be used: the wait for the promises inside it, if there are any.
pub(crate) enum Delivery {
    There(Option<Value>),
    Awaited(Pin<Box<dyn Future<Output = Outcome> + Send>>),
}

impl Delivery {
    pub(in crate::hook) fn begin(value: Value) -> Self {
        if !contains_promise(&value) {
            return Self::There(Some(value));
        }
        Self::Awaited(Box::pin(async move {
            substitute(value, Place::ROOT, &AtomicUsize::new(MAX_SUBSTITUTED)).await
        }))
    }
}

impl Future for Delivery {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        match &mut *self {
            Self::There(value) => Poll::Ready(Ok(value.take().unwrap_or_default())),
            Self::Awaited(delivery) => delivery.as_mut().poll(context),
        }
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

/// Where a value stands in the one that is delivered.
#[derive(Clone, Copy)]
struct Place {
    /// Levels of nesting above it.
    depth: usize,
    /// Promises that had to be replaced to get there.
    promises: usize,
}

impl Place {
    const ROOT: Self = Self {
        depth: 0,
        promises: 0,
    };

    const fn below(self) -> Self {
        Self {
            depth: self.depth.saturating_add(1),
            ..self
        }
    }

    /// Returns the place of what replaces a promise here, if there may be another. Values nest only
    /// as deep as recursion over them may go.
    fn replaced(self) -> Result<Self, Error> {
        let promises = self.promises.saturating_add(1);
        if promises > MAX_PROMISES || self.depth > MAX_DEPTH {
            return Err(Error::range_error("Promises are nested too deeply.").public());
        }
        Ok(Self { promises, ..self })
    }
}

/// Replaces every promise inside a value, and inside what they are replaced by, taking from
/// `budget` the room that takes.
fn substitute(
    mut value: Value,
    place: Place,
    budget: &AtomicUsize,
) -> Pin<Box<dyn Future<Output = Outcome> + Send + '_>> {
    Box::pin(async move {
        let mut promises = Vec::new();
        collect_promises(&mut value, place, &mut promises);
        // All are asked for at once, and none is waited for behind another, which may never settle
        // although this one has failed (protocol C-43).
        let replacements = promises
            .iter()
            .map(|(_, place, stub)| replacement(Wait::begin(stub), *place, budget))
            .collect::<Vec<_>>();
        let replacements = try_join_all(replacements).await?;
        for ((target, ..), replacement) in promises.into_iter().zip(replacements) {
            *target = replacement;
        }
        Ok(value)
    })
}

/// Waits for what is to replace a promise.
async fn replacement(wait: Wait, place: Place, budget: &AtomicUsize) -> Outcome {
    let value = root(wait).await?;
    let place = place.replaced()?;
    let room = weight(&value);
    budget
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(room)
        })
        .map_err(|_| Error::range_error("The promised values are too large."))?;
    substitute(value, place, budget).await
}

pub(in crate::hook) fn contains_promise(value: &Value) -> bool {
    value.any(&|inside| matches!(inside, Value::Capability(stub) if stub.is_promise()))
}

fn collect_promises<'a>(
    value: &'a mut Value,
    place: Place,
    promises: &mut Vec<(&'a mut Value, Place, Stub)>,
) {
    if let Value::Capability(stub) = value {
        if stub.is_promise() {
            let stub = stub.clone();
            promises.push((value, place, stub));
        }
        return;
    }
    for child in value.children_mut() {
        collect_promises(child, place.below(), promises);
    }
}

/// How many promises may be replaced inside what other promises were replaced by.
const MAX_PROMISES: usize = 128;

/// How deep in a value a promise may be replaced; what replaces it can be as deep again.
const MAX_DEPTH: usize = 512;

/// How much room the values may take, all together, that replace promises.
const MAX_SUBSTITUTED: usize = 64 * 1024 * 1024;
