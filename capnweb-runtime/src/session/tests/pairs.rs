//! Two sessions back to back: what users see, and that nothing is left over.

use super::support::{
    Net, apply, array, call, call_at, failure, function, is, number, object, read, settle, string,
    stub,
};
use super::world::World;
use crate::error::{Disconnect, Error};
use crate::hook::{Revoker, SessionControl as _, Stub, Value, promise};
use crate::value::{Path, Segment};

/// A client and a server, each serving a [`World`].
struct Two {
    net: Net,
    client: World,
    server: World,
    /// The server's main object, as the client sees it.
    main: Stub,
    /// The client's main object, as the server sees it.
    back: Stub,
}

impl Two {
    fn new() -> Self {
        let (client, server) = (World::new(), World::new());
        let mut net = Net::new();
        let (main, back) = net.connect(&client.stub(), &server.stub());
        Self {
            net,
            client,
            server,
            main,
            back,
        }
    }

    /// Checks that nothing is left over at either end.
    async fn is_clean(&self) {
        self.net.is_clean().await;
        assert_eq!((self.client.alive(), self.server.alive()), (0, 0));
    }
}

fn of(stub: &Stub) -> Value {
    Value::Capability(stub.clone())
}

#[tokio::test]
async fn a_call_and_its_result() {
    let two = Two::new();
    let sum = call(&two.main, "add", [number(1.0), number(2.0)]);
    is(two.net.value(&sum).await, number(3.0));
    two.is_clean().await;
}

#[tokio::test]
async fn w_every_kind_of_value_survives_the_trip() {
    let two = Two::new();
    let value = object([
        ("null", Value::Null),
        ("undefined", Value::Undefined),
        ("array", array([array([]), array([Value::Bool(true)])])),
        ("text", string("a\n\u{2028}")),
        (
            "error",
            Value::Error(Box::new(crate::value::ErrorValue::new(
                crate::value::ErrorClass::TypeError,
                "e",
            ))),
        ),
    ]);
    let echoed = call(&two.main, "echo", [value.clone()]);
    is(two.net.value(&echoed).await, value);
    two.is_clean().await;
}

#[tokio::test]
async fn s12_what_is_not_awaited_never_crosses_the_wire() {
    let two = Two::new();
    let four = call(&two.main, "square", [number(2.0)]);
    let sixteen = call(&two.main, "square", [of(&four)]);
    two.net.run().await;
    is(two.net.value(&sixteen).await, number(16.0));
    drop((four, sixteen));
    two.is_clean().await;
    let log = two.net.log(0);
    let answers: Vec<_> = log.iter().filter(|line| line.contains("resolve")).collect();
    assert_eq!(answers, [r#"← ["resolve",2,16]"#]);
}

#[tokio::test]
async fn s12_a_promise_is_pulled_once_however_often_it_is_awaited() {
    let two = Two::new();
    let four = call(&two.main, "square", [number(2.0)]);
    for _ in 0..3 {
        is(two.net.value(&four).await, number(4.0));
    }
    drop(four);
    two.is_clean().await;
    let pulls = two.net.log(0);
    assert_eq!(pulls.iter().filter(|line| line.contains("pull")).count(), 1);
}

#[tokio::test]
async fn s13_awaiting_a_property_of_a_promise_reads_it_first() {
    let two = Two::new();
    let user = call(&two.main, "user", []);
    is(two.net.value(&user.step("name")).await, string("Ann"));
    drop(user);
    two.is_clean().await;
    assert_eq!(
        two.net.log(0)[..3],
        [
            r#"→ ["push",["pipeline",0,["user"],[]]]"#,
            r#"→ ["push",["pipeline",1,["name"]]]"#,
            r#"→ ["pull",2]"#,
        ]
    );
}

#[tokio::test]
async fn pipelining_three_deep_takes_one_round_trip() {
    let two = Two::new();
    let first = call(&two.main, "wrap", [two.server.counter(0.0)].map(|c| of(&c)));
    let sum = call_at(&first, path(["x", "increment"]), [number(5.0)]);
    let squared = call(&two.main, "square", [of(&sum)]);
    is(two.net.value(&squared).await, number(25.0));
    drop((first, sum, squared));
    two.is_clean().await;
}

fn path<const N: usize>(names: [&'static str; N]) -> Path {
    Path::new(names.map(Segment::from).to_vec())
}

#[tokio::test]
async fn c50_calls_start_in_the_order_they_are_made() {
    let two = Two::new();
    let counter = stub(
        two.net
            .value(&call(&two.main, "makeCounter", [number(0.0)]))
            .await,
    );
    let pipelined = call(&two.main, "makeCounter", [number(100.0)]);
    let results: Vec<Stub> = (0..20)
        .map(|n| {
            call(
                if n % 2 == 0 { &counter } else { &pipelined },
                "increment",
                [],
            )
        })
        .collect();
    for (n, result) in (0_u8..).zip(&results) {
        let base = if n % 2 == 0 { 0.0 } else { 100.0 };
        is(
            two.net.value(result).await,
            number(base + f64::from(n / 2 + 1)),
        );
    }
    drop((counter, pipelined, results));
    two.is_clean().await;
}

#[tokio::test]
async fn c51_calls_and_reads_on_an_unsettled_result_run_in_order_once_it_settles() {
    let two = Two::new();
    let counter = two.client.counter(0.0);
    let later = call(&two.main, "later", [of(&counter)]);
    let results: Vec<Stub> = (0..6)
        .map(|n| match n % 2 {
            0 => call(&later, "increment", []),
            _ => read(&later, "value"),
        })
        .collect();
    two.net.run().await;
    two.server.open_gate();
    for (n, result) in (0_u8..).zip(&results) {
        is(two.net.value(result).await, number(f64::from(n / 2 + 1)));
    }
    drop((counter, later, results));
    two.is_clean().await;
}

#[tokio::test]
async fn c52_a_settled_result_and_its_capability_are_called_in_wire_order() {
    let two = Two::new();
    let made = call(&two.main, "makeCounter", [number(0.0)]);
    let counter = stub(two.net.value(&made).await);
    let results: Vec<Stub> = (0..10)
        .map(|n| call(if n % 2 == 0 { &made } else { &counter }, "increment", []))
        .collect();
    for (n, result) in (1_u8..).zip(&results) {
        is(two.net.value(result).await, number(f64::from(n)));
    }
    drop((made, counter, results));
    two.is_clean().await;
}

#[tokio::test]
async fn c42_a_call_that_waits_for_an_argument_is_overtaken() {
    let two = Two::new();
    let (pending, resolver) = promise();
    let waiting = call(&two.main, "square", [of(&Stub::promise(pending))]);
    let plain = call(&two.main, "add", [number(1.0), number(1.0)]);
    is(two.net.value(&plain).await, number(2.0));
    assert_eq!(two.server.log(), ["add"]);
    resolver.settle(Ok(number(3.0)));
    is(two.net.value(&waiting).await, number(9.0));
    drop((plain, waiting));
    two.is_clean().await;
}

#[tokio::test]
async fn s51_a_settled_promise_goes_by_value() {
    let two = Two::new();
    let user = call(&two.main, "user", []);
    is(
        two.net.value(&user).await,
        object([("name", string("Ann"))]),
    );
    let made = call(&two.main, "makeCounter", [number(1.0)]);
    drop(two.net.value(&made).await.expect("it was made"));
    let failed = call(&two.main, "throwIt", []);
    assert_eq!(failure(two.net.value(&failed).await), "boom");
    drop(two.net.log(0));

    let greeting = call(&two.main, "greet", [of(&user.step("name"))]);
    is(two.net.value(&greeting).await, string("Hi Ann"));
    let sum = call(&two.main, "incrementCounter", [of(&made), number(2.0)]);
    is(two.net.value(&sum).await, number(3.0));
    let refused = call(&two.main, "square", [of(&failed)]);
    assert_eq!(failure(two.net.value(&refused).await), "boom");
    let pushes: Vec<_> = two
        .net
        .log(0)
        .into_iter()
        .filter(|line| line.contains("→ [\"push"))
        .collect();
    assert_eq!(
        pushes,
        [
            r#"→ ["push",["pipeline",0,["greet"],["Ann"]]]"#,
            r#"→ ["push",["pipeline",0,["incrementCounter"],[["import",-1],2]]]"#,
            r#"→ ["push",["pipeline",0,["square"],[["promise",-1]]]]"#,
        ]
    );
    drop((user, made, failed, greeting, sum, refused));
    two.is_clean().await;
}

#[tokio::test]
async fn s54_a_promise_that_came_home_is_called_without_the_wire() {
    let two = Two::new();
    let counter = two.client.counter(0.0);
    let echoed = call(&two.main, "wrap", [of(&counter)]);
    drop(two.net.value(&echoed).await.expect("it was echoed"));
    drop(two.net.log(0));
    let sum = call_at(&echoed, path(["x", "increment"]), [number(2.0)]);
    is(two.net.value(&sum).await, number(2.0));
    assert_eq!(two.net.log(0), Vec::<String>::new());
    drop((counter, echoed, sum));
    two.is_clean().await;
}

#[tokio::test]
async fn callbacks_go_both_ways_and_into_one_another() {
    let two = Two::new();
    let back = two.back.clone();
    let inner = function(move |args| {
        let square = call(&back, "square", args);
        Ok(Value::Capability(square))
    });
    // The client's function calls the client's own main object, through the server's reference.
    let result = call(&two.main, "callFunction", [inner, number(3.0)]);
    is(
        two.net.value(&result).await,
        object([("result", number(9.0))]),
    );
    assert_eq!(two.client.log(), ["square"]);
    drop(result);
    two.is_clean().await;
}

#[tokio::test]
async fn a_callback_that_is_kept_works_until_it_is_forgotten() {
    let two = Two::new();
    let counter = two.client.counter(0.0);
    let kept = call(&two.main, "keep", [of(&counter)]);
    drop(counter);
    is(two.net.value(&kept).await, Value::Undefined);
    assert_eq!(two.client.alive(), 1);
    let Some(Value::Capability(held)) = two.server.kept().pop() else {
        panic!("it is kept");
    };
    let sum = call(&held, "increment", [number(7.0)]);
    is(two.net.value(&sum).await, number(7.0));
    drop((held, sum, kept));
    assert_eq!(two.client.alive(), 1);
    two.server.forget();
    two.is_clean().await;
}

#[tokio::test]
async fn s26_each_introduction_is_dropped_on_its_own() {
    let two = Two::new();
    let counter = two.client.counter(0.0);
    let kept = call(&two.main, "keep", [of(&counter), of(&counter)]);
    drop((counter, kept));
    two.net.run().await;
    let mut held = two.server.kept();
    two.server.forget();
    drop(held.pop());
    two.net.run().await;
    assert_eq!(two.client.alive(), 1);
    drop(held);
    two.is_clean().await;
}

#[tokio::test]
async fn capabilities_in_errors_are_dropped_and_released() {
    let two = Two::new();
    let counter = two.client.counter(0.0);
    let thrown = Error::new("e")
        .with_prop("c", of(&counter))
        .with_prop("n", number(1.0));
    let Error::Thrown(thrown) = thrown else {
        panic!("it is one");
    };
    drop(counter);
    let failed = call(&two.main, "throwValue", [thrown.value().clone()]);
    drop(thrown);
    let error = two.net.value(&failed).await.expect_err("it was thrown");
    assert_eq!(error.prop("n"), Some(&number(1.0)));
    assert!(error.prop("c").is_none());
    drop(failed);
    two.is_clean().await;
}

#[tokio::test]
async fn a_dropped_result_cancels_what_looks_for_it() {
    let two = Two::new();
    let (later, stopped) = (call(&two.main, "later", []), call(&two.main, "stopped", []));
    two.net.run().await;
    assert_eq!((two.server.cancelled(), two.server.alive()), (0, 1));
    drop((later, stopped));
    two.net.run().await;
    assert_eq!((two.server.cancelled(), two.server.alive()), (1, 0));
    two.is_clean().await;
}

#[tokio::test]
async fn a_result_that_a_call_waits_for_is_not_cancelled() {
    let two = Two::new();
    let later = call(&two.main, "later", [number(5.0)]);
    let squared = call(&two.main, "square", [of(&later)]);
    drop(later);
    two.net.run().await;
    two.server.open_gate();
    is(two.net.value(&squared).await, number(25.0));
    assert_eq!(two.server.cancelled(), 0);
    drop(squared);
    two.is_clean().await;
}

#[tokio::test]
async fn the_end_of_the_session_cancels_what_looks_for_it() {
    let two = Two::new();
    // A call that holds on to its own result's promise must not keep itself alive.
    let later = call(&two.main, "later", []);
    let on_itself = call_at(&later, path(["x"]), [of(&later)]);
    let stopped = call(&two.main, "stopped", []);
    two.net.run().await;
    two.net.link(0).right.close("enough");
    settle().await;
    assert_eq!((two.server.cancelled(), two.server.alive()), (1, 0));
    two.net.run().await;
    for promise in [later, on_itself, stopped] {
        assert_eq!(failure(two.net.value(&promise).await), "enough");
    }
}

#[tokio::test]
async fn s80_an_abort_fails_both_ends_and_drops_what_they_held() {
    let two = Two::new();
    let counter = stub(two.net.value(&call(&two.main, "makeCounter", [])).await);
    let kept = call(&two.main, "keep", [of(&two.client.counter(0.0))]);
    let hanging = call(&two.main, "hang", []);
    two.net.run().await;
    two.net.link(0).left.close("enough");
    two.net.run().await;
    for promise in [&hanging, &call(&counter, "increment", [])] {
        assert_eq!(failure(two.net.value(promise).await), "enough");
    }
    assert!(matches!(
        two.net.link(0).right.ended(),
        Some(Disconnect::AbortedByPeer { .. })
    ));
    assert_eq!((two.client.alive(), two.server.alive()), (0, 0));
    drop(kept);
}

#[tokio::test]
async fn s86_a_released_main_object_is_gone() {
    let two = Two::new();
    let right = &two.net.link(0).right;
    right.handle_message(r#"["release",0,1]"#);
    assert!(right.ended().is_none());
    let call = call(&two.main, "square", [number(1.0)]);
    two.net.run().await;
    let failed = failure(two.net.value(&call).await);
    assert_eq!(failed, "no such entry on exports table: 0");
}

#[tokio::test]
async fn a_handler_may_end_its_own_session() {
    let two = Two::new();
    let ending = call(&two.main, "endSession", []);
    assert_eq!(failure(two.net.value(&ending).await), "enough");
    assert!(matches!(
        two.net.link(0).right.ended(),
        Some(Disconnect::Closed(_))
    ));
}

#[tokio::test]
async fn a_handler_may_let_go_of_the_peers_main_object() {
    let mut two = Two::new();
    let back = std::sync::Mutex::new(Some(std::mem::replace(
        &mut two.back,
        Stub::of(crate::hook::Cap::settled(Ok(Value::Null))),
    )));
    let cut = function(move |_| {
        drop(back.lock().unwrap().take());
        Ok(Value::Null)
    });
    let server = two.server.stub();
    drop(two.net.value(&call(&server, "keep", [cut])).await);
    let cutting = call_at(&two.main, path(["kept"]), []);
    let cutting = Stub::promise(
        cutting
            .cap()
            .call_promise(Path::new(vec![Segment::from(0)]), Vec::new()),
    );
    two.net.run().await;
    assert!(matches!(
        two.net.link(0).right.ended(),
        Some(Disconnect::Shutdown)
    ));
    drop(cutting);
}

#[tokio::test]
async fn c13_a_panic_is_a_rejection_that_tells_nothing() {
    let two = Two::new();
    let failed = failure(two.net.value(&call(&two.main, "panic", [])).await);
    assert_eq!(failed, "The method panicked.");
    is(
        two.net
            .value(&call(&two.main, "square", [number(2.0)]))
            .await,
        number(4.0),
    );
    two.is_clean().await;
}

#[tokio::test]
async fn c25_a_destructor_that_panics_disturbs_nothing_else() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a destructor of the application's");
        }
    }
    let two = Two::new();
    let bomb = Bomb;
    let value = function(move |_| {
        let _bomb = &bomb;
        Ok(Value::Null)
    });
    let Value::Capability(bomb) = value else {
        panic!("it is one");
    };
    drop(two.net.value(&call(&two.main, "keep", [of(&bomb)])).await);
    drop(bomb);
    let after = call(&two.main, "square", [number(2.0)]);
    two.server.forget();
    is(two.net.value(&after).await, number(4.0));
    drop(after);
    two.is_clean().await;
}

#[tokio::test]
async fn a_destructor_may_call_back_into_its_own_session() {
    struct Parting(Stub);
    impl Drop for Parting {
        fn drop(&mut self) {
            drop(call(&self.0, "echo", [string("bye")]));
        }
    }
    let two = Two::new();
    let parting = Parting(two.main.clone());
    let value = function(move |_| Ok(of(&parting.0)));
    drop(call(&two.main, "two", [value]));
    two.is_clean().await;
    assert_eq!(two.server.log(), ["two", "echo"]);
}

#[tokio::test]
async fn a19_a_call_may_revoke_the_reference_it_came_through() {
    let two = Two::new();
    let revoker = Revoker::new();
    let guarded = revoker.revocable_stub(&two.server.stub());
    two.server.arm(revoker.clone());
    drop(
        two.net
            .value(&call(&two.main, "keep", [of(&guarded)]))
            .await,
    );
    drop(guarded);
    let Value::Array(kept) = two
        .net
        .value(&call(&two.main, "kept", []))
        .await
        .expect("it is kept")
    else {
        panic!("these are all");
    };
    let remote = stub(kept.into_iter().next().ok_or_else(|| Error::new("none")));
    let error = two.net.value(&call(&remote, "revoke", [])).await;
    let error = error.expect_err("its own result is cut off too");
    assert!(error.is_revoked());
    assert!(error.to_string().contains("from within"));
    assert!(revoker.is_revoked());
    let later = two.net.value(&call(&remote, "square", [number(1.0)])).await;
    assert!(later.expect_err("it is revoked").is_revoked());
    two.server.forget();
    drop(remote);
    two.is_clean().await;
}

#[tokio::test]
async fn s60_a_local_call_follows_the_rules_of_a_remote_one() {
    let world = World::new();
    let net = Net::new();
    let main = world.stub();
    let four = call(&main, "square", [number(2.0)]);
    let sixteen = call(&main, "square", [of(&four)]);
    is(net.value(&sixteen).await, number(16.0));
    let double = function(|args| match args.first() {
        Some(Value::Number(x)) => Ok(number(x * 2.0)),
        _ => Ok(Value::Null),
    });
    let result = call(&main, "callFunction", [double.clone(), number(4.0)]);
    is(net.value(&result).await, object([("result", number(8.0))]));
    let Value::Capability(double) = double else {
        panic!("it is one");
    };
    is(net.value(&apply(&double, [number(1.0)])).await, number(2.0));
}
