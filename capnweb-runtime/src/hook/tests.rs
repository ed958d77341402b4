//! The hooks by themselves, without a session.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;

use super::{
    Arrival, Cap, Found, Outcome, Resolver, Revoker, State, Stub, Value, Waiter, find, promise,
};
use crate::error::Error;
use crate::value::{Object, Path, Segment};

fn number(number: f64) -> Value {
    Value::Number(number)
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().collect::<Object<Stub>>())
}

fn path(segments: &[Segment]) -> Path {
    Path::new(segments.to_vec())
}

fn name(name: &'static str) -> Segment {
    Segment::from(name)
}

/// Reads a path of a value; `Err` is the text of the failure.
fn at(value: &Value, segments: &[Segment]) -> Result<Value, String> {
    match find(value, &path(segments)) {
        Ok(Found::Data(value)) => Ok(value.clone()),
        Ok(Found::Beyond(stub)) => Ok(Value::Capability(stub)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn c1_paths_into_data() {
    let value = object([
        ("a", Value::Array(vec![number(1.0), Value::Null])),
        ("7", number(7.0)),
        ("u", Value::Undefined),
        ("t", Value::String("text".to_owned())),
        ("toJSON", number(2.0)),
    ]);
    let undefined = Ok(Value::Undefined);
    let index = Segment::from;
    assert_eq!(at(&value, &[]), Ok(value.clone()));
    assert_eq!(at(&value, &[name("a"), index(0)]), Ok(number(1.0)));
    assert_eq!(at(&value, &[index(7)]), Ok(number(7.0)));
    assert_eq!(at(&value, &[name("toJSON")]), Ok(number(2.0)));
    for absent in [
        &[name("a"), name("0")][..],
        &[name("a"), name("length")],
        &[name("a"), index(2)],
        &[name("a"), index(u64::MAX)],
        &[name("t"), name("length")],
        &[name("nope")],
        &[name("constructor")],
        &[name("__proto__")],
        &[name("a"), index(1), name("swallowed")],
    ] {
        assert_eq!(at(&value, absent), undefined, "{absent:?}");
    }
    for (failing, text) in [
        (&[name("u"), name("x")][..], "x"),
        (&[name("nope"), name("x")], "x"),
        (&[name("a"), index(1), name("x"), name("y")], "y"),
        (&[name("constructor"), name("constructor"), name("z")], "z"),
    ] {
        let text = format!("Cannot read properties of undefined (reading '{text}')");
        assert_eq!(at(&value, failing), Err(text), "{failing:?}");
    }
}

#[test]
fn c1_the_12_names_are_undefined_even_past_undefined() {
    assert_eq!(
        at(&Value::Undefined, &[name("toString")]),
        Ok(Value::Undefined)
    );
}

#[test]
fn paths_go_on_in_references() {
    let (inner, _resolver) = promise();
    let value = object([("p", Value::Capability(Stub::promise(inner.clone())))]);
    let Ok(Value::Capability(stub)) = at(&value, &[name("p"), name("x"), name("y")]) else {
        panic!("it leads to a reference");
    };
    assert!(stub.cap().same(&inner));
    assert_eq!(stub.path().to_string(), "x.y");
}

/// Records what settles, in order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn watch(&self, what: &'static str, cap: &Cap) {
        let log = self.clone();
        cap.when_settled(Waiter::new(move |outcome| log.note(what, outcome)));
    }

    fn note(&self, what: &str, outcome: &Outcome) {
        let text = match outcome {
            Ok(value) => format!("{what}: {value:?}"),
            Err(error) => format!("{what}: {error}"),
        };
        self.0.lock().unwrap().push(text);
    }

    fn entries(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn what_waits_runs_in_order_and_what_comes_meanwhile_after_it() {
    let (promise, resolver) = promise();
    let log = Log::default();
    log.watch("first", &promise);
    let (again, within) = (promise.clone(), log.clone());
    promise.when_settled(Waiter::new(move |_| within.watch("late", &again)));
    log.watch("second", &promise);
    resolver.settle(Ok(number(1.0)));
    log.watch("after", &promise);
    assert_eq!(
        log.entries(),
        [
            "first: Number(1.0)",
            "second: Number(1.0)",
            "late: Number(1.0)",
            "after: Number(1.0)"
        ]
    );
}

#[test]
fn a_waiter_that_panics_does_not_stop_the_others() {
    let (promise, resolver) = promise();
    let log = Log::default();
    promise.when_settled(Waiter::new(|_| panic!("a destructor, say")));
    log.watch("next", &promise);
    resolver.settle(Ok(Value::Null));
    log.watch("after", &promise);
    assert_eq!(log.entries(), ["next: Null", "after: Null"]);
}

#[test]
fn a_promise_that_becomes_another_is_another_name_for_it() {
    let (one, resolve_one) = promise();
    let (two, resolve_two) = promise();
    let log = Log::default();
    log.watch("one", &one);
    resolve_one.follow(two.clone());
    assert!(matches!(one.state(), State::Following(next) if next.same(&two)));
    assert_eq!(log.entries(), Vec::<String>::new());
    resolve_two.settle(Err(Error::new("no")));
    assert_eq!(log.entries(), ["one: no"]);
}

#[test]
fn a_promise_that_follows_itself_fails() {
    let (one, resolve_one) = promise();
    let (two, resolve_two) = promise();
    resolve_one.follow(two.clone());
    resolve_two.follow(one.clone());
    let log = Log::default();
    log.watch("one", &one);
    log.watch("two", &two);
    let text = "The promise was resolved to itself.";
    assert_eq!(
        log.entries(),
        [format!("one: {text}"), format!("two: {text}")]
    );
}

#[test]
fn a_promise_follows_the_longest_chain_allowed_and_no_longer_one() {
    let mut chain: Vec<(Cap, Resolver)> = (0..6_000).map(|_| promise()).collect();
    let (end, resolve_end) = chain.pop().expect("there are many");
    let ends: Vec<Cap> = chain.iter().map(|(cap, _)| cap.clone()).collect();
    let mut next = ends.iter().skip(1).cloned().chain([end]);
    for (_, resolver) in chain {
        resolver.follow(next.next().expect("there is one for each"));
    }
    resolve_end.settle(Ok(Value::Null));
    let log = Log::default();
    log.watch("start", &ends[0]);
    log.watch("near the end", &ends[5_900]);
    assert_eq!(
        log.entries(),
        [
            "start: The chain of promises is too long.",
            "near the end: Null"
        ]
    );
}

#[test]
fn a_resolver_that_is_dropped_fails_its_promise() {
    let (promise, resolver) = promise();
    let log = Log::default();
    log.watch("it", &promise);
    drop(resolver);
    assert_eq!(
        log.entries(),
        ["it: The call was dropped before it gave a result."]
    );
}

#[test]
fn letting_go_of_every_handle_is_noticed() {
    let (promise, resolver) = promise();
    let call = resolver.describe();
    let other = promise.clone();
    drop(promise);
    assert!(!call.is_cancelled());
    assert!(call.cancelled().now_or_never().is_none());
    drop(other);
    assert!(call.is_cancelled());
    assert!(call.cancelled().now_or_never().is_some());
}

#[test]
fn letting_go_of_a_settled_promise_cancels_nothing() {
    let (promise, resolver) = promise();
    let call = resolver.describe();
    resolver.settle(Ok(Value::Null));
    drop(promise);
    assert!(!call.is_cancelled());
}

#[test]
fn an_adapted_promise_keeps_its_source_as_long_as_it_is_wanted() {
    let (source, resolve) = promise();
    let (adapted, resolver) = promise();
    let call = resolve.describe();
    resolver.settle_from(&source, |outcome| {
        outcome.clone().map(|value| object([("was", value)]))
    });
    drop(source);
    assert!(!call.is_cancelled());
    let log = Log::default();
    log.watch("it", &adapted);
    resolve.settle(Ok(Value::Null));
    assert_eq!(
        log.entries(),
        [format!("it: {:?}", object([("was", Value::Null)]))]
    );

    let (source, resolve) = promise();
    let (adapted, resolver) = promise();
    let call = resolve.describe();
    resolver.settle_from(&source, Clone::clone);
    drop(source);
    drop(adapted);
    assert!(call.is_cancelled());
}

#[test]
fn delivery_replaces_promises_wherever_they_are() {
    let (one, resolve_one) = promise();
    let (two, resolve_two) = promise();
    let nested = object([("p", Value::Capability(Stub::promise(two.clone())))]);
    resolve_one.settle(Ok(Value::Array(vec![
        nested,
        Value::Capability(Stub::of(two)),
    ])));
    let mut delivery = Box::pin(Arrival::of(&Stub::promise(one)));
    assert!(delivery.as_mut().now_or_never().is_none());
    resolve_two.settle(Ok(number(2.0)));
    let Some(Ok(Value::Array(items))) = delivery.now_or_never() else {
        panic!("everything is known");
    };
    assert_eq!(items[0], object([("p", number(2.0))]));
    assert!(
        matches!(items[1], Value::Capability(_)),
        "a stub is not awaited"
    );
}

#[test]
fn c43_the_first_failure_decides() {
    let (one, resolve_one) = promise();
    let (two, _resolve_two) = promise();
    let both = [one, two].map(|cap| Value::Capability(Stub::promise(cap)));
    let (all, resolve) = promise();
    resolve.settle(Ok(Value::Array(both.to_vec())));
    resolve_one.settle(Err(Error::new("first")));
    let outcome = Arrival::of(&Stub::promise(all)).now_or_never();
    assert_eq!(
        outcome.map(|it| it.map_err(|error| error.to_string())),
        Some(Err("first".to_owned()))
    );
}

#[test]
fn revoking_fails_what_is_pending_and_lets_go_of_the_target() {
    let (target, resolver) = promise();
    let pending = resolver.describe();
    let revoker = Revoker::new();
    let guarded = revoker.revocable_stub(&Stub::of(target));
    let call = guarded.cap().call_promise(Path::single("f"), Vec::new());
    let log = Log::default();
    log.watch("pending", &call);
    revoker.revoke("one");
    revoker.revoke("two");
    log.watch("later", &guarded.cap().read_promise(Path::single("f")));
    log.watch(
        "made later",
        &revoker
            .revocable_stub(&guarded)
            .cap()
            .read_promise(Path::single("f")),
    );
    assert_eq!(
        log.entries(),
        [
            "pending: revoked: one",
            "later: revoked: one",
            "made later: revoked: one"
        ]
    );
    drop(resolver);
    assert!(!pending.is_cancelled(), "the call is still in its queue");
}

#[test]
fn dropping_a_revoker_revokes_nothing() {
    let guarded =
        Revoker::new().revocable_stub(&Stub::of(Cap::settled(Ok(object([("a", number(1.0))])))));
    let log = Log::default();
    log.watch("it", &guarded.cap().read_promise(Path::single("a")));
    assert_eq!(log.entries(), ["it: Number(1.0)"]);
}

#[test]
fn a_guarded_reference_does_not_give_away_its_target() {
    let target = Stub::of(Cap::settled(Ok(object([("a", number(1.0))]))));
    let guarded = Revoker::new().revocable_stub(&target);
    let itself = guarded.cap().read_promise(Path::EMPTY);
    let State::Settled(outcome) = itself.state() else {
        panic!("it is known");
    };
    assert!(matches!(outcome.as_ref(), Ok(Value::Capability(stub)) if *stub == guarded));
}
