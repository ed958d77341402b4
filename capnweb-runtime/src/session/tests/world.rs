//! The objects that the tests serve, written by hand as the macro would write them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::support::{apply, array, call, function, number, object, string, value};
use crate::error::Error;
use crate::hook::{
    Args, Call, Cancel, Cap, Dispatch, Interface, Member, MemberKind, Outcome, Reply, Revoker,
    Stub, Target, Value,
};
use crate::value::ErrorClass;

/// The main object of most tests, and what the tests see of it from outside.
#[derive(Clone)]
pub(super) struct World(Arc<Shared>);

struct Shared {
    alive: Arc<AtomicUsize>,
    log: Mutex<Vec<String>>,
    kept: Mutex<Vec<Value>>,
    gate: watch::Sender<bool>,
    cancelled: AtomicUsize,
    revoker: Mutex<Option<Revoker>>,
    _token: Alive,
}

impl World {
    pub(super) fn new() -> Self {
        let alive = Arc::<AtomicUsize>::default();
        Self(Arc::new(Shared {
            _token: Alive::new(&alive),
            alive,
            log: Mutex::default(),
            kept: Mutex::default(),
            gate: watch::Sender::new(false),
            cancelled: AtomicUsize::new(0),
            revoker: Mutex::default(),
        }))
    }

    /// Returns a reference to serve.
    pub(super) fn stub(&self) -> Stub {
        Stub::of(self.cap())
    }

    pub(super) fn cap(&self) -> Cap {
        Cap::new(Target::new(self.clone()))
    }

    /// Returns how many objects it has made that are still alive, not counting itself.
    pub(super) fn alive(&self) -> usize {
        self.0.alive.load(Ordering::SeqCst) - 1
    }

    /// Makes one of its objects.
    pub(super) fn counter(&self, start: f64) -> Stub {
        Stub::of(Cap::new(Target::new(Counter {
            count: Arc::new(Mutex::new(start)),
            _token: Alive::new(&self.0.alive),
        })))
    }

    /// Returns the members entered so far, in order.
    pub(super) fn log(&self) -> Vec<String> {
        self.0.log.lock().unwrap().clone()
    }

    /// Lets every `later` go on.
    pub(super) fn open_gate(&self) {
        self.0.gate.send_replace(true);
    }

    /// Drops what `keep` has kept.
    pub(super) fn forget(&self) {
        let kept = std::mem::take(&mut *self.0.kept.lock().unwrap());
        drop(kept);
    }

    /// Returns what `keep` has kept.
    pub(super) fn kept(&self) -> Vec<Value> {
        self.0.kept.lock().unwrap().clone()
    }

    /// Makes `revoke` use this.
    pub(super) fn arm(&self, revoker: Revoker) {
        *self.0.revoker.lock().unwrap() = Some(revoker);
    }

    /// Returns how many calls found that they were cancelled.
    pub(super) fn cancelled(&self) -> usize {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    async fn later(self, call: Call, mut args: Args) -> Outcome {
        let mut gate = self.0.gate.subscribe();
        tokio::select! {
            opened = gate.wait_for(|open| *open) => drop(opened),
            () = call.cancelled() => {
                self.0.cancelled.fetch_add(1, Ordering::SeqCst);
                return Err(Error::new("cancelled"));
            }
        }
        Ok(next(&mut args))
    }

    async fn stopped(self) -> Outcome {
        let _alive = Alive::new(&self.0.alive);
        std::future::pending().await
    }

    fn revoke(&self) {
        let revoker = self.0.revoker.lock().unwrap().take();
        revoker.expect("the test armed it").revoke("from within");
    }
}

impl Dispatch for World {
    fn interface(&self) -> &'static Interface {
        &WORLD
    }

    fn dispatch(&self, member: usize, call: Call, mut args: Args) -> Reply {
        let name = WORLD.members[member].name;
        self.0.log.lock().unwrap().push(name.to_owned());
        let world = self.clone();
        match name {
            "square" => ready(next_number(&mut args).map(|x| number(x * x))),
            "add" => ready(add(&mut args)),
            "echo" => ready(Ok(next(&mut args))),
            "makeCounter" => {
                let start = next_number(&mut args).unwrap_or_default();
                ready(Ok(Value::Capability(self.counter(start))))
            }
            "incrementCounter" => Box::pin(increment_counter(args)),
            "callFunction" => Box::pin(call_function(args)),
            "callDirect" => ready(call_direct(&mut args)),
            "callNested" => ready(call_direct(&mut args).map(|r| object([("r", r)]))),
            "callSquare" => ready(call_square(&mut args)),
            "wrap" => ready(Ok(object([("x", next(&mut args))]))),
            "user" => ready(Ok(object([("name", string("Ann"))]))),
            "greet" => ready(Ok(greeting(&next(&mut args)))),
            "two" => ready(Ok(string("ok"))),
            "give" => ready(Ok(object([("s", function(|_| Ok(Value::Null)))]))),
            "prop" => ready(Ok(object([
                ("a", array([number(1.0), number(2.0)])),
                ("u", Value::Undefined),
            ]))),
            "giveSquare" => ready(Ok(function(|args| match args.first() {
                Some(Value::Number(x)) => Ok(number(x * x)),
                _ => Ok(Value::Undefined),
            }))),
            "giveLong" => {
                let long = "9".repeat(16_385).parse().expect("digits");
                ready(Ok(object([
                    ("f", function(|_| Ok(Value::Null))),
                    ("n", Value::BigInt(long)),
                ])))
            }
            "fresh" => ready(Ok(Value::Capability(self.counter(0.0)))),
            "nothing" => ready(Ok(Value::Undefined)),
            "throwIt" => ready(Err(boom())),
            "throwValue" => ready(Err(Error::thrown(next(&mut args)))),
            "panic" => panic!("this must not be told to the peer"),
            "later" => Box::pin(world.later(call, args)),
            "hang" => Box::pin(std::future::pending()),
            "stopped" => Box::pin(world.stopped()),
            "keep" => {
                self.0.kept.lock().unwrap().extend(args.values);
                ready(Ok(Value::Undefined))
            }
            "kept" => ready(Ok(array(self.kept()))),
            "revoke" => {
                self.revoke();
                ready(Ok(Value::Undefined))
            }
            "endSession" => {
                call.session()
                    .expect("the call came in on one")
                    .close("enough");
                ready(Ok(Value::Undefined))
            }
            other => ready(Err(Error::new(format!("{other} is not written")))),
        }
    }
}

pub(super) static WORLD: Interface = Interface::new(
    "World",
    &[
        method("square"),
        method("add"),
        method("echo"),
        method("makeCounter"),
        method("incrementCounter"),
        method("callFunction"),
        method("callDirect"),
        method("callNested"),
        method("callSquare"),
        method("wrap"),
        method("user"),
        method("greet"),
        method("two"),
        method("give"),
        method("giveSquare"),
        method("giveLong"),
        Member::new("fresh", MemberKind::Property, Cancel::Cooperative),
        Member::new("prop", MemberKind::Property, Cancel::Cooperative),
        method("nothing"),
        method("throwIt"),
        method("throwValue"),
        method("panic"),
        method("later"),
        method("hang"),
        Member::new("stopped", MemberKind::Method, Cancel::Drop),
        method("keep"),
        method("kept"),
        method("revoke"),
        method("endSession"),
    ],
);

const fn method(name: &'static str) -> Member {
    Member::new(name, MemberKind::Method, Cancel::Cooperative)
}

/// An object with a state.
struct Counter {
    count: Arc<Mutex<f64>>,
    _token: Alive,
}

impl Dispatch for Counter {
    fn interface(&self) -> &'static Interface {
        &COUNTER
    }

    fn dispatch(&self, member: usize, _: Call, mut args: Args) -> Reply {
        let mut count = self.count.lock().unwrap();
        match COUNTER.members[member].name {
            "increment" => {
                *count += next_number(&mut args).unwrap_or(1.0);
                ready(Ok(number(*count)))
            }
            _ => ready(Ok(number(*count))),
        }
    }
}

pub(super) static COUNTER: Interface = Interface::new(
    "Counter",
    &[
        method("increment"),
        Member::new("value", MemberKind::Property, Cancel::Cooperative),
    ],
);

/// Counts how many of its kind there are.
pub(super) struct Alive(Arc<AtomicUsize>);

impl Alive {
    pub(super) fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn ready(outcome: Outcome) -> Reply {
    Box::pin(std::future::ready(outcome))
}

fn next(args: &mut Args) -> Value {
    args.values.next().unwrap_or_default()
}

fn next_number(args: &mut Args) -> Result<f64, Error> {
    match next(args) {
        Value::Number(number) => Ok(number),
        other => Err(Error::type_error(format!("{} is no number", other.kind()))),
    }
}

fn next_stub(args: &mut Args) -> Result<Stub, Error> {
    match next(args) {
        Value::Capability(stub) => Ok(stub),
        other => Err(Error::type_error(format!("{} is no stub", other.kind()))),
    }
}

fn add(args: &mut Args) -> Outcome {
    Ok(number(next_number(args)? + next_number(args)?))
}

async fn increment_counter(mut args: Args) -> Outcome {
    let counter = next_stub(&mut args)?;
    value(&call(&counter, "increment", [next(&mut args)])).await
}

async fn call_function(mut args: Args) -> Outcome {
    let function = next_stub(&mut args)?;
    let result = value(&apply(&function, [next(&mut args)])).await?;
    Ok(object([("result", result)]))
}

fn call_direct(args: &mut Args) -> Outcome {
    let function = next_stub(args)?;
    Ok(Value::Capability(apply(&function, [next(args)])))
}

fn call_square(args: &mut Args) -> Outcome {
    let result = call(&next_stub(args)?, "square", [next(args)]);
    Ok(object([("result", Value::Capability(result))]))
}

fn greeting(name: &Value) -> Value {
    match name {
        Value::String(name) => string(&format!("Hi {name}")),
        other => string(other.kind()),
    }
}

fn boom() -> Error {
    Error::of_class(ErrorClass::RangeError, "boom")
        .with_prop("code", string("E_X"))
        .with_cause(Error::type_error("inner"))
}
