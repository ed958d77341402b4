//! The protocol's transcripts, line by line, from the server's side and from the client's.

use super::support::{Scripted, call, function, is, number, object, settle, string, stub};
use crate::hook::{Stub, Value, promise};

#[tokio::test]
async fn x1_single_call_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"],[3]]]
           → ["pull",1]
           ← ["resolve",1,9]
           → ["release",1,1]
           → ["push",["pipeline",0,["nothing"],[]]]
           → ["pull",2]
           ← ["resolve",2,["undefined"]]
           → ["release",2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x1_single_call_made() {
    let peer = Scripted::new();
    let promise = call(peer.main(), "square", [number(3.0)]);
    peer.hears(&[r#"["push",["pipeline",0,["square"],[3]]]"#])
        .await;
    let (value, ()) = tokio::join!(peer.value(&promise), async {
        peer.calls(
            r#"→ ["pull",1]
               ← ["resolve",1,9]
               → ["release",1,1]"#,
        )
        .await;
    });
    is(value, number(9.0));
    drop(promise);
    peer.is_clean().await;
}

#[tokio::test]
async fn x2_property_reads_served() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["prop"]]]
           → ["pull",1]
           ← ["resolve",1,{"a":[[1,2]],"u":["undefined"]}]
           → ["release",1,1]
           → ["push",["pipeline",0,["prop","a"]]]
           → ["pull",2]
           ← ["resolve",2,[[1,2]]]
           → ["release",2,1]
           # a method is a function bound to its object
           → ["push",["pipeline",0,["square"]]]
           → ["pull",3]
           ← ["resolve",3,["export",-1]]
           → ["release",3,1]
           → ["push",["pipeline",-1,[],[7]]]
           → ["pull",4]
           ← ["resolve",4,49]
           → ["release",4,1]
           → ["release",-1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x3_capability_returned_called_and_dropped() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]
           → ["pull",1]
           ← ["resolve",1,["export",-1]]
           → ["release",1,1]
           → ["push",["pipeline",-1,["increment"],[3]]]
           → ["pull",2]
           ← ["resolve",2,7]
           → ["release",2,1]"#,
    )
    .await;
    assert_eq!(peer.world.alive(), 1);
    peer.says(r#"["release",-1,1]"#);
    assert_eq!(peer.world.alive(), 0);
    peer.is_clean().await;
}

#[tokio::test]
async fn x3_stub_dropped_while_the_call_is_pending() {
    let peer = Scripted::new();
    let made = call(peer.main(), "makeCounter", [number(1.0)]);
    let (counter, ()) = tokio::join!(peer.value(&made), async {
        peer.calls(
            r#"→ ["push",["pipeline",0,["makeCounter"],[1]]]
               → ["pull",1]
               ← ["resolve",1,["export",-1]]
               → ["release",1,1]"#,
        )
        .await;
    });
    drop(made);
    let counter = stub(counter);
    let sum = call(&counter, "increment", [number(5.0)]);
    drop(counter);
    let (sum, ()) = tokio::join!(peer.value(&sum), async {
        peer.calls(
            r#"→ ["push",["pipeline",-1,["increment"],[5]]]
               → ["release",-1,1]
               → ["pull",2]
               ← ["resolve",2,6]
               → ["release",2,1]"#,
        )
        .await;
    });
    is(sum, number(6.0));
    peer.is_clean().await;
}

#[tokio::test]
async fn x4_callback_passed_and_called() {
    let transcript = r#"→ ["push",["pipeline",0,["callFunction"],[["export",-1],4]]]
        → ["pull",1]
        ← ["push",["pipeline",-1,[],[4]]]
        ← ["pull",1]
        → ["resolve",1,40]
        ← ["release",1,1]
        ← ["release",-1,1]
        ← ["resolve",1,{"result":40}]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;

    let client = Scripted::new();
    let ten_times = function(|args| match args.first() {
        Some(Value::Number(x)) => Ok(number(x * 10.0)),
        _ => Ok(Value::Null),
    });
    let promise = call(client.main(), "callFunction", [ten_times, number(4.0)]);
    let (value, ()) = tokio::join!(client.value(&promise), client.calls(transcript));
    is(value, object([("result", number(40.0))]));
    client.is_clean().await;
}

#[tokio::test]
async fn x5_callback_promise_returned_unawaited() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["callDirect"],[["export",-1],4]]]
           → ["pull",1]
           ← ["push",["pipeline",-1,[],[4]]]
           ← ["release",-1,1]
           ← ["pull",1]
           → ["resolve",1,{"f":["export",-2],"x":4}]
           ← ["release",1,1]
           ← ["resolve",1,{"f":["import",-2],"x":4}]
           → ["release",1,1]
           ← ["release",-2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x5_callback_promise_returned_inside_data() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["callNested"],[["export",-1],4]]]
           → ["pull",1]
           ← ["push",["pipeline",-1,[],[4]]]
           ← ["release",-1,1]
           ← ["resolve",1,{"r":["pipeline",1]}]
           → ["release",1,1]
           ← ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x6_pipelined_call_on_a_result() {
    let transcript = r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]
        → ["push",["pipeline",1,["increment"],[3]]]
        → ["pull",2]
        ← ["resolve",2,7]
        → ["release",2,1]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;
    assert_eq!(server.world.alive(), 0);

    let client = Scripted::new();
    let counter = call(client.main(), "makeCounter", [number(4.0)]);
    let sum = call(&counter, "increment", [number(3.0)]);
    let (sum, ()) = tokio::join!(
        async {
            let value = client.value(&sum).await;
            drop(counter);
            value
        },
        client.calls(transcript)
    );
    is(sum, number(7.0));
    client.is_clean().await;
}

#[tokio::test]
async fn x6_result_that_is_a_function() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["square"]]]
           → ["push",["pipeline",1,[],[7]]]
           → ["pull",2]
           ← ["resolve",2,49]
           → ["release",2,1]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x6_unawaited_promise_dropped() {
    let server = Scripted::new();
    server.says(r#"["push",["pipeline",0,["makeCounter"],[4]]]"#);
    assert_eq!(server.world.alive(), 1);
    server.says(r#"["release",1,1]"#);
    assert_eq!(server.world.alive(), 0);
    server.is_clean().await;

    let client = Scripted::new();
    drop(call(client.main(), "makeCounter", [number(4.0)]));
    client
        .calls(
            r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]
               → ["release",1,1]"#,
        )
        .await;
    client.is_clean().await;
}

#[tokio::test]
async fn x7_three_deep_pipeline() {
    let transcript = r#"→ ["push",["pipeline",0,["square"],[2]]]
        → ["push",["pipeline",0,["square"],[["pipeline",1]]]]
        → ["push",["pipeline",0,["square"],[["pipeline",2]]]]
        → ["pull",3]
        ← ["resolve",3,256]
        → ["release",3,1]
        → ["release",2,1]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;

    let client = Scripted::new();
    let one = call(client.main(), "square", [number(2.0)]);
    let two = call(client.main(), "square", [Value::Capability(one.clone())]);
    let three = call(client.main(), "square", [Value::Capability(two.clone())]);
    let (value, ()) = tokio::join!(
        async {
            let value = client.value(&three).await;
            drop(two);
            drop(one);
            value
        },
        client.calls(transcript)
    );
    is(value, number(256.0));
    client.is_clean().await;
}

#[tokio::test]
async fn x8a_property_of_an_unsettled_result_as_argument() {
    let transcript = r#"→ ["push",["pipeline",0,["user"],[]]]
        → ["push",["pipeline",0,["greet"],[["pipeline",1,["name"]]]]]
        → ["pull",2]
        ← ["resolve",2,"Hi Ann"]
        → ["release",2,1]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server
        .serves(
            r#"→ ["push",["pipeline",0,["makeCounter"],[4]]]
               → ["push",["pipeline",0,["incrementCounter"],[["pipeline",3],2]]]
               → ["pull",4]
               ← ["resolve",4,6]
               → ["release",4,1]
               → ["release",3,1]"#,
        )
        .await;
    server.is_clean().await;

    let client = Scripted::new();
    let user = call(client.main(), "user", []);
    let greeting = call(
        client.main(),
        "greet",
        [Value::Capability(user.step("name"))],
    );
    let (value, ()) = tokio::join!(
        async {
            let value = client.value(&greeting).await;
            drop(user);
            value
        },
        client.calls(transcript)
    );
    is(value, string("Hi Ann"));
    client.is_clean().await;
}

#[tokio::test]
async fn x8b_a_promise_of_the_clients_passed_twice() {
    let transcript = r#"→ ["push",["pipeline",0,["two"],[["promise",-1],["promise",-2]]]]
        → ["pull",1]
        → ["resolve",-1,{"v":1}]
        → ["resolve",-2,{"v":1}]
        ← ["release",-1,1]
        ← ["release",-2,1]
        ← ["resolve",1,"ok"]
        → ["release",1,1]"#;
    let server = Scripted::new();
    server.serves(transcript).await;
    server.is_clean().await;

    let client = Scripted::new();
    let (own, resolver) = promise();
    let own = Value::Capability(Stub::promise(own));
    let result = call(client.main(), "two", [own.clone(), own]);
    let (value, ()) = tokio::join!(client.value(&result), async {
        settle().await;
        resolver.settle(Ok(object([("v", number(1.0))])));
        client.calls(transcript).await;
    });
    is(value, string("ok"));
    client.is_clean().await;
}

#[tokio::test]
async fn x8c_argument_promise_settling_in_stages() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[{"a":["promise",-1]}]]]
           → ["pull",1]
           → ["resolve",-1,["promise",-2]]
           ← ["release",-1,1]
           → ["resolve",-2,[[1,["promise",-3]]]]
           ← ["release",-2,1]"#,
    )
    .await;
    assert_eq!(peer.world.log(), Vec::<String>::new());
    peer.serves(
        r#"→ ["resolve",-3,3]
           ← ["release",-3,1]
           ← ["resolve",1,{"a":[[1,3]]}]
           → ["release",1,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x8d_rejected_argument() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["echo"],[{"a":["promise",-1]}]]]
           → ["pull",1]
           → ["reject",-1,["error","TypeError","bad arg"]]
           ← ["release",-1,1]
           ← ["reject",1,["error","TypeError","bad arg"]]
           → ["release",1,1]"#,
    )
    .await;
    assert_eq!(peer.world.log(), Vec::<String>::new());
    peer.is_clean().await;
}

#[tokio::test]
async fn x9_a_reintroduced_import_is_released_in_full() {
    let peer = Scripted::new();
    let (one, two) = (call(peer.main(), "give", []), call(peer.main(), "give", []));
    let (values, ()) = tokio::join!(
        async { (peer.value(&one).await, peer.value(&two).await) },
        async {
            peer.calls(
                r#"→ ["push",["pipeline",0,["give"],[]]]
                   → ["push",["pipeline",0,["give"],[]]]
                   → ["pull",1]
                   ← ["resolve",1,{"s":["export",-1]}]
                   → ["release",1,1]
                   → ["pull",2]
                   ← ["resolve",2,{"s":["export",-1]}]
                   → ["release",2,1]"#,
            )
            .await;
        }
    );
    drop((one, two));
    peer.holds(2, 1);
    drop(values.0);
    peer.hears(&[]).await;
    drop(values.1);
    peer.hears(&[r#"["release",-1,2]"#]).await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x9_an_import_reintroduced_after_its_release_counts_anew() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["two"],[["export",-1],["export",-1]]]]
           ← ["release",-1,2]
           → ["push",["pipeline",0,["two"],[["export",-1]]]]
           ← ["release",-1,1]
           → ["release",1,1]
           → ["release",2,1]"#,
    )
    .await;
    peer.is_clean().await;
}

#[tokio::test]
async fn x9_use_after_release_ends_the_session() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",["pipeline",0,["give"],[]]]
           → ["pull",1]
           ← ["resolve",1,{"s":["export",-1]}]
           → ["release",1,1]
           → ["push",["pipeline",-1,[],[]]]
           → ["pull",2]
           ← ["resolve",2,null]
           → ["release",2,1]
           → ["release",-1,1]
           → ["push",["pipeline",-1,[],[]]]
           ← ["abort",["error","Error","no such entry on exports table: -1"]]"#,
    )
    .await;
}

#[tokio::test]
async fn x9_underflow_ends_the_session() {
    let peer = Scripted::new();
    peer.serves(
        r#"→ ["push",1]
           → ["release",1,2]
           ← ["abort",["error","Error","refcount would go negative: 1 < 2"]]"#,
    )
    .await;
}
