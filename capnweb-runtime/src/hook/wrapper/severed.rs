//! Streams that end when a gate is shut, on both sides.

use std::sync::{Arc, OnceLock};

use super::caretaker::take_care_of;
use super::gate::{Gate, Listed, Sever};
use super::passage::Cut;
use super::watchers::Watchers;
use super::wrap::wrap;
use crate::error::Error;
use crate::hook::cap::{Cap, Hook, OnBroken, Outcome, itself};
use crate::hook::promise::{Resolver, promise};
use crate::hook::stream::{
    Breakable, Deferred, Nature, Readable, Room, Streamed, breakable, not_mapped,
};
use crate::hook::waiter::Waiter;
use crate::hook::{Mapper, Stub, Value};
use crate::value::Path;

/// Returns what becomes of an outcome that passes a gate: its streams end with that.
pub(super) fn sever_with(outcome: Outcome, gate: &Arc<Gate>, cut: Cut) -> Outcome {
    let mut value = match (outcome, cut) {
        (outcome, Cut::Nothing) => return outcome,
        (Err(Error::Thrown(thrown)), _) if holds_stream(thrown.value()) => {
            let mut value = thrown.value().clone();
            sever_in_place(&mut value, gate)?;
            return Err(Error::thrown(value));
        }
        (Err(error), _) => return Err(error),
        (Ok(value), _) => value,
    };
    if let (Cut::Member, Value::Capability(stub)) = (cut, &mut value)
        && !stub.is_stream()
        && stub.cap().may_be_method()
    {
        *stub = take_care_of(stub, gate);
        return Ok(value);
    }
    if holds_stream(&value) {
        sever_in_place(&mut value, gate)?;
    }
    Ok(value)
}

/// Puts all streams among the arguments of a call behind a gate.
pub(super) fn sever_arguments(args: &mut [Value], gate: &Arc<Gate>) -> Result<(), Error> {
    args.iter_mut()
        .filter(|arg| holds_stream(arg))
        .try_for_each(|arg| sever_in_place(arg, gate))
}

/// Returns a stream that ends with the gate, when the other one does at the latest.
///
/// # Errors
///
/// When it is wrapped too many times already.
pub(super) fn sever_stream(stream: &Stub, gate: &Arc<Gate>) -> Result<Stub, Error> {
    match stream.nature() {
        Nature::Object => Ok(stream.clone()),
        Nature::Readable(_) => {
            let listed = |breakable: &Arc<Breakable>| {
                let weak = Arc::downgrade(breakable);
                gate.list(weak)
            };
            let chunks = Deferred::wrapped(stream)?;
            let chunks = breakable(Box::new(chunks), listed);
            let chunks = Stub::of(Readable::in_front_of(stream, chunks));
            Ok(wrap(&chunks, |inner| Cap::new(Severed::of(inner, gate))))
        }
        Nature::Writable(_) => Ok(wrap(stream, |inner| {
            let severed = Arc::new(Severed::of(inner, gate));
            let weak = Arc::downgrade(&severed);
            drop(severed.listed.set(gate.list(weak)));
            Cap::from_arc(severed)
        })),
    }
}

fn sever_in_place(value: &mut Value, gate: &Arc<Gate>) -> Result<(), Error> {
    if let Value::Capability(stub) = value {
        *stub = sever_stream(stub, gate)?;
        return Ok(());
    }
    value
        .children_mut()
        .try_for_each(|child| sever_in_place(child, gate))
}

fn holds_stream(value: &Value) -> bool {
    match value {
        Value::Capability(stub) => stub.is_stream(),
        other => other.children().any(holds_stream),
    }
}

impl Sever for Breakable {
    fn sever(&self, reason: Error) {
        self.break_off(reason);
    }
}

/// One end of a stream, until the gate is shut. One that is read has chunks that end with the gate; one
/// that is written to ends by itself, if it is listed.
struct Severed {
    inner: Stub,
    gate: Arc<Gate>,
    listed: OnceLock<Listed>,
    watchers: Watchers,
}

impl Severed {
    fn of(inner: Stub, gate: &Arc<Gate>) -> Self {
        Self {
            inner,
            gate: Arc::clone(gate),
            listed: OnceLock::new(),
            watchers: Watchers::default(),
        }
    }
}

impl Hook for Severed {
    fn call(self: Arc<Self>, path: Path, mut args: Vec<Value>, result: Resolver) {
        let Some(result) = self.gate.enter(result, Cut::Nothing) else {
            return;
        };
        match sever_arguments(&mut args, &self.gate) {
            Ok(()) => self.inner.pass_call(path, args, result),
            Err(error) => result.settle(Err(error)),
        }
    }

    fn read(self: Arc<Self>, path: Path, result: Resolver) {
        if let Some(result) = self.gate.enter(result, Cut::Nothing) {
            self.inner.pass_read(path, result);
        }
    }

    fn map(self: Arc<Self>, _: Path, _: Mapper, result: Resolver) {
        result.settle(Err(not_mapped(&self.nature())));
    }

    fn stream(
        self: Arc<Self>,
        method: &'static str,
        mut args: Vec<Value>,
    ) -> Result<Streamed, Error> {
        self.gate.check()?;
        sever_arguments(&mut args, &self.gate)?;
        let streamed = self.inner.cap().stream(method, args)?;
        let (answer, result) = promise();
        if let Some(result) = self.gate.enter(result, Cut::Nothing) {
            result.settle_from(&streamed.answer, Clone::clone);
        }
        Ok(Streamed { answer, ..streamed })
    }

    fn room(self: Arc<Self>) -> Option<Room> {
        self.inner.cap().room()
    }

    fn abandon(&self) {
        self.inner.cap().abandon();
    }

    fn when_settled(self: Arc<Self>, waiter: Waiter) {
        waiter.tell(&Arc::new(Ok(itself(self))));
    }

    fn on_broken(self: Arc<Self>, callback: OnBroken) {
        let tell = self.watchers.add(&self.gate, callback);
        self.inner.cap().on_broken(Box::new(tell));
    }

    fn inner(&self) -> Option<Stub> {
        Some(self.inner.clone())
    }

    /// It is handed over together with what is behind it.
    fn nature(&self) -> Nature<'_> {
        self.inner.nature()
    }
}

impl Sever for Severed {
    fn sever(&self, reason: Error) {
        let told = vec![reason.into_value()];
        drop(self.inner.cap().call_promise(Path::single("abort"), told));
    }
}
