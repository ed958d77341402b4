//! What the transcripts cannot show: failures, ends of sessions, and in which order they are told.

use std::sync::{Arc, Mutex};

use super::support::{Scripted, array, call, failure, function, is, number, object};
use crate::error::{Disconnect, Error};
use crate::hook::{Cap, Outcome, Stub, Value, Waiter, promise};
use crate::limits::Limits;
use crate::value::{BigInt, ErrorClass};

#[tokio::test]
async fn s33_capabilities_in_a_received_rejection_are_released() {
    let peer = Scripted::new();
    let promise = call(peer.main(), "f", []);
    let (outcome, ()) = tokio::join!(
        peer.value(&promise),
        peer.calls(
            r#"→ ["push",["pipeline",0,["f"],[]]]
               → ["pull",1]
               ← ["reject",1,["error","Error","e",null,{"a":["export",-1],"b":1}]]
               → ["release",1,1]
               → ["release",-1,1]"#,
        )
    );
    let error = outcome.expect_err("it was rejected");
    assert_eq!(error.prop("b"), Some(&number(1.0)));
    assert_eq!(error.prop("a"), None);
    peer.is_clean().await;
}

/// As it is in a push: what is the whole resolution is a result, though it is named as a stub.
#[tokio::test]
async fn s31_a_call_that_a_promise_resolves_to_is_waited_for() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["wrap"],[["promise",-1]]]]
           → ["pull",1]
           → ["resolve",-1,["import",0,["nope"],[]]]
           ← ["release",-1,1]
           ← ["reject",1,["error","TypeError","'nope' is not a function."]]
           → ["push",["pipeline",0,["wrap"],[["promise",-2]]]]
           → ["pull",2]
           → ["resolve",-2,["import",0,["square"],[3]]]
           ← ["release",-2,1]
           ← ["resolve",2,{"x":9}]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn w45_a_pending_local_promise_in_a_result_is_answered_unasked() {
    let peer = Scripted::new();
    let (pending, resolver) = promise();
    let held = call(
        &peer.world.stub(),
        "keep",
        [Value::Capability(Stub::promise(pending).into_object())],
    );
    is(peer.value(&held).await, Value::Undefined);
    peer.serves(
        r#"→ ["push",["pipeline",0,["kept"],[]]]
           → ["pull",1]
           ← ["resolve",1,[[["export",-1]]]]
           → ["release",1,1]
           → ["push",["pipeline",-1]]
           → ["pull",2]"#,
    )
    .await;
    resolver.settle(Ok(number(9.0)));
    peer.serves(
        r#"← ["resolve",2,9]
           → ["release",2,1]
           → ["release",-1,1]"#,
    )
    .await;
    peer.world.forget();
    peer.is_clean().await;
}

#[tokio::test]
async fn x23_an_abort_of_the_peers_is_not_answered_and_fails_what_waits() {
    for (abort, class, text) in [
        (
            r#"["abort",["error","RangeError","bye",null,{"f":["export",-1]}]]"#,
            ErrorClass::RangeError,
            "bye",
        ),
        (r#"["abort","just so"]"#, ErrorClass::Error, "just so"),
        (r#"["abort"]"#, ErrorClass::Error, "undefined"),
    ] {
        let peer = Scripted::new();
        let pending = call(peer.main(), "f", []);
        drop(peer.heard().await);
        peer.says(abort);
        let error = peer.value(&pending).await.expect_err("the session is over");
        assert!(error.is_disconnected());
        assert_eq!((error.class(), error.to_string().as_str()), (class, text));
        let later = call(peer.main(), "f", []);
        assert_eq!(failure(peer.value(&later).await), text);
        peer.hears(&[]).await;
    }
}

#[tokio::test]
async fn s6_a_missing_main_object_is_no_end() {
    let none = Cap::settled(Err(Error::new("This connection has no main object.")));
    let peer = Scripted::serving(none, Limits::default());
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",1]
           ← ["reject",1,["error","Error","This connection has no main object."]]
           → ["release",1,1]
           → ["pull",0]
           ← ["reject",0,["error","Error","This connection has no main object."]]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x24_a_duplicate_of_main_keeps_the_session() {
    let mut peer = Scripted::new();
    let duplicate = peer.main.clone();
    peer.main = None;
    assert!(peer.ended().is_none());
    drop(duplicate);
    assert!(matches!(peer.ended(), Some(Disconnect::Shutdown)));
}

#[tokio::test]
async fn w26_an_unsendable_property_is_dropped_with_what_it_exports() {
    let peer = Scripted::new();
    // Nesting counts from the argument.
    let deep = (0..300).fold(function(|_| Ok(Value::Null)), |value, _| array([value]));
    let big = object([
        ("f", function(|_| Ok(Value::Null))),
        ("n", Value::BigInt(too_big())),
    ]);
    let error = Error::new("e")
        .with_prop("deep", deep)
        .with_prop("big", big)
        .with_prop("a", number(1.0));
    let Error::Thrown(thrown) = error else {
        panic!("it is one");
    };
    drop(call(peer.main(), "f", [thrown.value().clone()]));
    peer.hears(&[
        r#"["push",["pipeline",0,["f"],[["error","Error","e",null,{"a":1}]]]]"#,
        r#"["release",1,1]"#,
    ])
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn s80_what_waits_fails_in_the_order_it_was_made() {
    let peer = Scripted::new();
    let order = Arc::<Mutex<Vec<String>>>::default();
    let watch = |name: &'static str, promise: &Stub| {
        let order = Arc::clone(&order);
        let note = move |_: &Arc<Outcome>| order.lock().unwrap().push(name.to_owned());
        promise.cap().when_settled(Waiter::new(note));
    };
    peer.says(r#"["push",["promise",-2]]"#);
    peer.says(r#"["push",["promise",-1]]"#);
    peer.says(r#"["push",["pipeline",0,["keep"],[["import",1],["import",2]]]]"#);
    let kept = peer.world.kept();
    let [Value::Capability(second), Value::Capability(first)] = &kept[..] else {
        panic!("two are kept");
    };
    let calls = ["call 1", "call 2", "call 3"].map(|name| (name, call(peer.main(), "f", [])));
    watch("promise -2", second);
    watch("promise -1", first);
    calls
        .iter()
        .rev()
        .for_each(|(name, promise)| watch(name, promise));
    peer.says(r#"["abort","bye"]"#);
    let expected = ["call 1", "call 2", "call 3", "promise -1", "promise -2"];
    assert_eq!(*order.lock().unwrap(), expected);
}

fn too_big() -> BigInt {
    let digits = "9".repeat(16_385);
    digits.parse().expect("these are digits")
}
