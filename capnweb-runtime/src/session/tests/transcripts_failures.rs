//! The protocol's transcripts of failures, cancelling, references going home, and ends of sessions.

use std::sync::{Arc, Mutex};

use super::support::{
    Scripted, array, call, failure, function, is, number, object, read, settle, string, stub,
};
use crate::error::{Disconnect, Error};
use crate::hook::{Outcome, Stub, Value, promise};
use crate::value::{BigInt, ErrorClass};

#[tokio::test]
async fn x18a_error_with_props_and_cause() {
    let transcript = r#"→ ["push",["pipeline",0,["throwIt"],[]]]
        → ["pull",1]
        ← ["reject",1,["error","RangeError","boom",null,{"code":"E_X","cause":["error","TypeError","inner"]}]]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;

    let client = Scripted::new();
    let promise = call(client.main(), "throwIt", []);
    let (outcome, ()) = tokio::join!(client.value(&promise), client.calls(transcript));
    let error = outcome.expect_err("it was rejected");
    assert_eq!(error.class(), ErrorClass::RangeError);
    assert_eq!(error.to_string(), "boom");
    assert_eq!(error.prop("code"), Some(&string("E_X")));
    let Some(Value::Error(cause)) = error.prop("cause") else {
        panic!("no cause in {error:?}");
    };
    assert_eq!(
        (cause.class, cause.message.as_str()),
        (ErrorClass::TypeError, "inner")
    );
    client.is_clean().await;
}

#[tokio::test]
async fn x18b_failures_go_down_the_pipeline() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["nope"],[]]]
           → ["push",["pipeline",1,["x"],[]]]
           → ["push",["pipeline",0,["square"],[["pipeline",1]]]]
           → ["pull",2]
           ← ["reject",2,["error","TypeError","'nope' is not a function."]]
           → ["pull",3]
           ← ["reject",3,["error","TypeError","'nope' is not a function."]]
           → ["release",1,1]
           → ["release",2,1]
           → ["release",3,1]"#,
    )
    .await;
    assert_eq!(peer.world.log(), Vec::<String>::new());
    peer.is_clean().await;
}

#[tokio::test]
async fn w31_any_value_can_be_thrown() {
    let server = Scripted::new();
    server
        .serves(
            r#"→ ["push",["pipeline",0,["throwValue"],["text"]]]
               → ["pull",1]
               ← ["reject",1,"text"]
               → ["release",1,1]
               → ["push",["pipeline",0,["throwValue"],[]]]
               → ["pull",2]
               ← ["reject",2,["undefined"]]
               → ["release",2,1]"#,
        )
        .await;
    server.is_clean().await;

    let client = Scripted::new();
    let promise = call(client.main(), "f", []);
    let (outcome, ()) = tokio::join!(
        client.value(&promise),
        client.calls(
            r#"→ ["push",["pipeline",0,["f"],[]]]
               → ["pull",1]
               ← ["reject",1,[[1,null]]]
               → ["release",1,1]"#,
        )
    );
    match outcome {
        Err(Error::Thrown(thrown)) => {
            assert_eq!(*thrown.value(), array([number(1.0), Value::Null]));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn w27_capabilities_in_a_failure_are_dropped_by_the_sender() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["throwValue"],[["error","Error","e",null,{"a":1,"b":[[["export",-1]]],"c":["error","Error","f",null,{"d":["export",-2],"g":2}]}]]]]
           → ["pull",1]
           ← ["reject",1,["error","Error","e",null,{"a":1,"c":["error","Error","f",null,{"g":2}]}]]
           → ["release",1,1]
           ← ["release",-1,1]
           ← ["release",-2,1]
           → ["push",["pipeline",0,["throwValue"],[{"f":["export",-3]}]]]
           → ["pull",2]
           ← ["reject",2,["error","Error","Can't serialize RPC stubs in this context."]]
           → ["release",2,1]
           ← ["release",-3,1]"#,
    )
    .await;
    peer.is_clean().await;
}

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

#[tokio::test]
async fn an_error_returned_as_data_keeps_its_capabilities() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[["error","Error","e",null,{"a":["export",-1]}]]]]
           → ["pull",1]
           ← ["resolve",1,["error","Error","e",null,{"a":["import",-1]}]]
           → ["release",1,1]
           ← ["release",-1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x19_promise_dropped_with_its_answer_under_way() {
    let peer = Scripted::new();
    let promise = call(peer.main(), "makeCounter", [number(1.0)]);
    {
        let mut waiting = Box::pin(peer.value(&promise));
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("nobody has answered"),
            () = settle() => {}
        }
    }
    drop(promise);
    peer.calls(
        r#"→ ["push",["pipeline",0,["makeCounter"],[1]]]
           → ["pull",1]
           → ["release",1,1]
           ← ["resolve",1,["export",-1]]
           → ["release",-1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn s33_late_and_duplicate_answers_are_harmless() {
    let peer = Scripted::new();
    let promise = call(peer.main(), "f", []);
    peer.calls(
        r#"→ ["push",["pipeline",0,["f"],[]]]
           # an answer that nobody asked for is used all the same
           ← ["resolve",1,7]
           → ["release",1,1]
           ← ["resolve",1,8]
           ← ["reject",1,["bogus"]]
           ← ["resolve",99,["export",-3]]
           → ["release",-3,1]"#,
    )
    .await;
    is(peer.value(&promise).await, number(7.0));
    peer.is_clean().await;
}

#[tokio::test]
async fn x21a_a_stub_of_the_peers_goes_back_by_its_id() {
    let peer = Scripted::new();
    let made = call(peer.main(), "makeCounter", [number(4.0)]);
    let (counter, ()) = tokio::join!(
        peer.value(&made),
        peer.calls(
            r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]
               → ["pull",1]
               ← ["resolve",1,["export",-1]]
               → ["release",1,1]"#,
        )
    );
    drop(made);
    let args = [counter.expect("it was resolved"), number(2.0)];
    drop(call(peer.main(), "incrementCounter", args));
    peer.hears(&[
        r#"["push",["pipeline",0,["incrementCounter"],[["import",-1],2]]]"#,
        r#"["release",-1,1]"#,
        r#"["release",2,1]"#,
    ])
    .await;
}

#[tokio::test]
async fn x21b_main_as_argument_and_a_local_promise_in_the_result() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["callSquare"],[["import",0],3]]]
           → ["pull",1]
           ← ["resolve",1,{"result":9}]
           → ["release",1,1]"#,
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
async fn x21c_a_function_of_the_clients_returned_inside_an_object() {
    let transcript = r#"→ ["push",["pipeline",0,["wrap"],[["export",-1]]]]
        → ["pull",1]
        ← ["resolve",1,{"x":["import",-1]}]
        → ["release",1,1]
        ← ["release",-1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;

    let client = Scripted::new();
    let own = function(|_| Ok(number(5.0)));
    let result = call(client.main(), "wrap", [own.clone()]);
    let (outcome, ()) = tokio::join!(client.value(&result), client.calls(transcript));
    is(outcome, object([("x", own)]));
    client.is_clean().await;
}

#[tokio::test]
async fn x23_malformed_messages_end_the_session() {
    for (message, abort) in [
        (
            r#"["bogus"]"#,
            r#"["abort",["error","Error","bad RPC message: [\"bogus\"]"]]"#,
        ),
        (
            r#"["push",[[["export",-5],["pipeline",0,["square"],[4]],["bogus"]]]]"#,
            r#"["abort",["error","TypeError","unknown special value: [\"bogus\"]"]]"#,
        ),
    ] {
        let peer = Scripted::new();
        peer.says(message);
        peer.hears(&[abort]).await;
        assert!(matches!(peer.ended(), Some(Disconnect::Violation(_))));
    }
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
async fn x24_dropping_main_ends_the_session_in_silence() {
    let mut peer = Scripted::new();
    let made = call(peer.main(), "mk", []);
    let (counter, ()) = tokio::join!(
        peer.value(&made),
        peer.calls(
            r#"→ ["push",["pipeline",0,["mk"],[]]]
               → ["pull",1]
               ← ["resolve",1,["export",-1]]
               → ["release",1,1]"#,
        )
    );
    let counter = stub(counter);
    let hanging = call(peer.main(), "hang", []);
    drop(peer.heard().await);
    peer.main = None;
    let text = "RPC session was shut down by disposing the main stub";
    assert_eq!(failure(peer.value(&hanging).await), text);
    let later = read(&counter, "value");
    assert_eq!(failure(peer.value(&later).await), text);
    peer.hears(&[]).await;
    peer.holds(0, 0);
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
async fn x25_a_failed_call_uses_up_its_ids_and_leaves_nothing() {
    let peer = Scripted::new();
    let (own, resolver) = promise();
    let args = [
        function(|_| Ok(Value::Null)),
        Value::Capability(Stub::promise(own)),
        Value::BigInt(too_big()),
    ];
    let failed = call(peer.main(), "callFunction", args);
    assert!(failure(peer.value(&failed).await).contains("bigint"));
    peer.holds(1, 1);
    resolver.settle(Ok(number(1.0)));
    drop(call(
        peer.main(),
        "callFunction",
        [function(|_| Ok(Value::Null))],
    ));
    peer.hears(&[
        r#"["push",["pipeline",0,["callFunction"],[["export",-3]]]]"#,
        r#"["release",1,1]"#,
    ])
    .await;
    peer.says(r#"["release",-3,1]"#);
    peer.is_clean().await;
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
        promise.cap().when_settled(Box::new(note));
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
